"""For whom Airtable is asked."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Annotated
from uuid import UUID

from fastapi import Header

TENANT: ContextVar[UUID | None] = ContextVar("tenant", default=None)
"""The tenant of the present request; None for a service that asks for itself."""


USER: ContextVar[UUID | None] = ContextVar("user", default=None)
"""Its user, in the same way."""


async def remember_tenant(
    x_tenant_id: Annotated[UUID | None, Header()] = None,
    x_user_id: Annotated[UUID | None, Header()] = None,
) -> None:
    """Remember the tenant and the user of a request until its end."""
    TENANT.set(x_tenant_id)
    USER.set(x_user_id)
