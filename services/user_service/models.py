"""The bodies of user-service."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, UrlConstraints, field_validator

MOST_PREFERENCES = 32_768

Name = Annotated[str | None, Field(max_length=200)]
Avatar = Annotated[AnyHttpUrl, UrlConstraints(max_length=2000)]


class Profile(BaseModel):
    """A user's profile. role: on the platform. Times are RFC 3339."""

    id: str
    user_id: str
    email: str
    first_name: str | None
    last_name: str | None
    display_name: str | None
    avatar_url: str | None
    bio: str | None
    preferences: dict[str, Any]
    tenant_id: str
    role: str
    created_at: str
    updated_at: str


class Changes(BaseModel):
    """What may be changed; what is left out stays. preferences are replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    first_name: Name = None
    last_name: Name = None
    display_name: Name = None
    avatar_url: Avatar | None = None
    bio: Annotated[str | None, Field(max_length=2000)] = None
    preferences: dict[str, Any] = Field(default_factory=dict)

    @field_validator("preferences")
    @classmethod
    def _small(cls, value: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(value, allow_nan=False)) > MOST_PREFERENCES:
            raise ValueError(f"may have {MOST_PREFERENCES} characters as JSON")
        return value

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(mode="json", exclude_unset=True)


class Page(BaseModel):
    """One page of users, and how many there are in all."""

    users: list[Profile]
    total: int
    page: int
    page_size: int
