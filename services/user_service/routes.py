"""The routes of user-service."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller, require_service
from starlette.responses import Response

from .models import Changes, Page, Profile
from .profiles import Profiles
from .settings import Settings
from .storage import Order

Who = Annotated[Caller, Depends(caller)]
SortBy = Literal["created_at", "updated_at", "email", "first_name", "last_name", "display_name"]


def router(settings: Settings, profiles: Profiles) -> APIRouter:
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
        """Change a profile: one's own, or as an owner or admin of the tenant another's."""
        return await profiles.update(who, user_id, body.given())

    @routes.delete("/{user_id}", status_code=204)
    async def delete(user_id: UUID, who: Who) -> None:
        """Remove an account: one's own, or as an owner or admin of the tenant another's."""
        await profiles.delete(who, user_id)

    @routes.get("", response_model=Page)
    async def search(
        request: Request,
        who: Who,
        search: Annotated[str, Query(max_length=200)] = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
        sort_by: SortBy = "created_at",
        sort_order: Literal["asc", "desc"] = "asc",
    ) -> Response:
        """Return one page of the users of the same tenant."""
        order = Order(sort_by, sort_order == "desc")
        return tagged(request, await profiles.search(who, search, page, page_size, order))

    return routes
