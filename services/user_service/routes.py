"""The routes of user-service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller, require_service
from pyairtable_shared.settings import ServiceSettings
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field
from starlette.responses import Response

from .profiles import Profiles

Who = Annotated[Caller, Depends(caller)]
Name = Annotated[str | None, Field(max_length=200)]
SortBy = Literal["created_at", "updated_at", "email", "first_name", "last_name", "display_name"]


class Profile(BaseModel):
    """A user's profile."""

    id: UUID
    user_id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    display_name: str | None
    avatar_url: str | None
    bio: str | None
    preferences: dict[str, Any]
    tenant_id: UUID
    role: str
    created_at: datetime
    updated_at: datetime


class Changes(BaseModel):
    """What may be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    first_name: Name = None
    last_name: Name = None
    display_name: Name = None
    avatar_url: AnyHttpUrl | None = None
    bio: Annotated[str | None, Field(max_length=2000)] = None
    preferences: dict[str, Any] | None = None

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent; preferences cannot be nothing."""
        sent = self.model_dump(mode="json", exclude_unset=True)
        return {k: v for k, v in sent.items() if k != "preferences" or v is not None}


class Page(BaseModel):
    """One page of users."""

    users: list[Profile]
    total: int
    page: int
    page_size: int


def router(settings: ServiceSettings, profiles: Profiles) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(
        prefix="/users", tags=["users"], dependencies=[Depends(require_service(settings))]
    )

    @routes.get("/me", response_model=Profile)
    async def me(request: Request, who: Who) -> Response:
        """Return one's own profile."""
        return tagged(request, await profiles.get(who, who.user_id))

    @routes.put("/me", response_model=Profile)
    async def change_me(body: Changes, who: Who) -> Any:
        """Change one's own profile."""
        return await profiles.update(who, who.user_id, body.given())

    @routes.get("/{user_id}", response_model=Profile)
    async def one(user_id: UUID, request: Request, who: Who) -> Response:
        """Return the profile of a user of the same tenant."""
        return tagged(request, await profiles.get(who, user_id))

    @routes.put("/{user_id}", response_model=Profile)
    async def change(user_id: UUID, body: Changes, who: Who) -> Any:
        """Change a profile."""
        return await profiles.update(who, user_id, body.given())

    @routes.delete("/{user_id}", status_code=204)
    async def delete(user_id: UUID, who: Who) -> None:
        """Remove an account."""
        await profiles.delete(who, user_id)

    @routes.get("", response_model=Page)
    async def search(
        who: Who,
        search: Annotated[str, Query(max_length=200)] = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
        sort_by: SortBy = "created_at",
        sort_order: Literal["asc", "desc"] = "asc",
    ) -> Any:
        """Return one page of the users of the same tenant."""
        descending = sort_order == "desc"
        return await profiles.search(who, search, page, page_size, sort_by, descending)

    return routes
