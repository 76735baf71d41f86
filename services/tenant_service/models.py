"""What is sent and answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pyairtable_shared.texts import Line
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from .desk import Role

Name = Annotated[Line, Field(min_length=1, max_length=200)]
Plan = Literal["free", "team", "business"]


class Sent(BaseModel):
    """A body that is sent; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class NewTenant(Sent):
    """A tenant to make, empty at first."""

    name: Name
    plan: Plan = "free"


class TenantSent(Sent):
    """What is to change. plan: the platform's admins only."""

    name: Name | None = None
    plan: Plan | None = None


class InvitationSent(Sent):
    """Whom to invite, and as what; only owners invite owners."""

    email: EmailStr
    role: Role = Role.MEMBER
    expires_in_days: int = Field(7, ge=1, le=30)


class Accepted(Sent):
    """The token of an invitation."""

    token: Annotated[str, Field(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class RoleSent(Sent):
    """A member's new role."""

    role: Role


class Quotas(BaseModel):
    """What a plan allows; null is no limit."""

    workspaces: int | None
    members: int | None
    airtable_calls_per_day: int | None


class Tenant(BaseModel):
    """A tenant."""

    id: str
    name: str
    plan: Plan
    quotas: Quotas
    status: Literal["active", "suspended"]
    created_at: str
    updated_at: str


class TenantPage(BaseModel):
    """One page of the tenants that the caller sees."""

    tenants: list[Tenant]
    total: int
    page: int
    page_size: int


class Used(BaseModel):
    """What is used of a quota. limit: null is none. used: null is not known now."""

    used: int | None
    limit: int | None


class Usage(BaseModel):
    """What a tenant uses of its quotas."""

    workspaces: Used
    members: Used
    airtable_calls_today: Used


class Member(BaseModel):
    """A member of a tenant."""

    user_id: str
    email: str
    display_name: str | None
    role: Role
    created_at: str


class MemberList(BaseModel):
    """All members of a tenant."""

    members: list[Member]


class Invitation(BaseModel):
    """An invitation that was not accepted yet."""

    id: str
    email: str
    role: Role
    created_at: str
    expires_at: str


class NewInvitation(Invitation):
    """An invitation that was just made. token: shown this once."""

    token: str


class InvitationList(BaseModel):
    """The invitations of a tenant that were not accepted yet."""

    invitations: list[Invitation]


class Joined(BaseModel):
    """The tenant that one has joined. Refresh the tokens to work in it."""

    tenant_id: str
