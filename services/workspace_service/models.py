"""What is sent and answered."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pyairtable_shared.texts import Line, Prose
from pydantic import BaseModel, ConfigDict, EmailStr, Field, model_validator

from .roles import Role

Name = Annotated[Line, Field(min_length=1, max_length=200)]
Description = Annotated[Prose, Field(max_length=2000)]
BaseId = Annotated[str, Field(pattern=r"^app[A-Za-z0-9]{14}$")]


class Sent(BaseModel):
    """A body that is sent; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class WorkspaceSent(Sent):
    """A workspace as it is to be."""

    name: Name
    description: Description | None = None


class ProjectSent(Sent):
    """A project as it is to be."""

    name: Name
    description: Description | None = None


class BaseSent(Sent):
    """An Airtable base to link."""

    base_id: BaseId
    name: Name


class MemberSent(Sent):
    """A member to add: a user of the same tenant, by id or e-mail address."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["user_id"]}, {"required": ["email"]}]}
    )

    user_id: UUID | None = None
    email: EmailStr | None = None
    role: Role = Role.VIEWER

    @model_validator(mode="after")
    def _one(self) -> MemberSent:
        if (self.user_id is None) == (self.email is None):
            raise ValueError("give either user_id or email")
        return self


class RoleSent(Sent):
    """A member's new role."""

    role: Role


class Workspace(BaseModel):
    """A workspace. role: what the caller is in it."""

    id: str
    name: str
    description: str | None
    created_by: str | None
    created_at: str
    updated_at: str
    role: Role


class Workspaces(BaseModel):
    """One page of the workspaces that the caller sees."""

    workspaces: list[Workspace]
    total: int
    page: int
    page_size: int


class Member(BaseModel):
    """A member of a workspace."""

    user_id: str
    email: str
    display_name: str | None
    role: Role
    created_at: str


class MemberList(BaseModel):
    """All members of a workspace."""

    members: list[Member]


class LinkedBase(BaseModel):
    """An Airtable base that belongs to a project."""

    base_id: str
    name: str
    created_at: str


class BaseList(BaseModel):
    """All Airtable bases of a project."""

    bases: list[LinkedBase]


class Project(BaseModel):
    """A project with its Airtable bases."""

    id: str
    workspace_id: str
    name: str
    description: str | None
    bases: list[LinkedBase]
    created_at: str
    updated_at: str


class ProjectList(BaseModel):
    """All projects of a workspace."""

    projects: list[Project]


class AuditEntry(BaseModel):
    """Who did what, and how it was before and after."""

    id: int
    user_id: str
    action: str
    entity: str
    entity_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    created_at: str


class AuditPage(BaseModel):
    """One page of the audit log, newest first."""

    entries: list[AuditEntry]
    total: int
    page: int
    page_size: int
