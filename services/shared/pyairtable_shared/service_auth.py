"""Who calls: other services by the API key, users by what the gateway says of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Header

from .errors import ApiError
from .settings import ServiceSettings, is_one_of

CLIENT_ADDRESS = "X-Client-Address"
"""In a request with the API key: the address for whom a service asks from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The user for whom a request is made. role: on the platform, `user` or `admin`."""

    user_id: UUID
    tenant_id: UUID
    role: str


# Dependencies are coroutines: the framework would run plain functions on a thread each time.


def require_service(settings: ServiceSettings) -> Callable[[str | None], Awaitable[None]]:
    """Return a dependency that lets only services with the API key in."""

    async def check(x_api_key: Annotated[str | None, Header()] = None) -> None:
        if not is_one_of(x_api_key or "", settings.api_keys):
            raise ApiError(401, "unauthorized", "This service takes requests of services only")

    return check


async def caller(
    x_user_id: Annotated[UUID | None, Header()] = None,
    x_tenant_id: Annotated[UUID | None, Header()] = None,
    x_user_role: Annotated[str, Header()] = "user",
) -> Caller:
    """Return the user whom the gateway has verified. Raises ApiError 401 without one."""
    if x_user_id is None or x_tenant_id is None:
        raise ApiError(401, "unauthorized", "Sign in first")
    return Caller(user_id=x_user_id, tenant_id=x_tenant_id, role=x_user_role)
