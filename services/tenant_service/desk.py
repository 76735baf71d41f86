"""One caller's work on one tenant: what they may see and do there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

Connection = AsyncConnection[DictRow]


class Role(StrEnum):
    """What one is in a tenant: a member sees, an admin manages, an owner does everything."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    @property
    def rank(self) -> int:
        """The higher, the more it may."""
        return {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}[self]


class Desk:
    """Opens transactions on tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[Connection]:
        """One transaction that sees the caller's tenant; for the platform's admins, all."""
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id, platform_admin=is_platform_admin(caller)
        ) as connection:
            yield connection

    @asynccontextmanager
    async def tenant(
        self, caller: Caller, tenant_id: UUID, least: Role
    ) -> AsyncIterator[Connection]:
        """One transaction on a tenant. least: the role in it that this takes.

        The platform's admins work in any tenant as if they were its owners. Raises ApiError
        404 for a tenant that is not the caller's, 403 for too small a role.
        """
        admin = is_platform_admin(caller)
        if tenant_id != caller.tenant_id and not admin:
            raise not_found("tenant")
        async with self._database.tenant_transaction(tenant_id, caller.user_id) as connection:
            found = await only(
                connection, "SELECT 1 AS it FROM tenants.tenants WHERE id = %s", tenant_id
            )
            if found is None:
                raise not_found("tenant")
            if not admin:
                await _allowed(connection, caller, least)
            yield connection


async def _allowed(connection: Connection, caller: Caller, least: Role) -> None:
    role = await member_role(connection, caller)
    if role is None:
        raise not_found("tenant")
    if role.rank < least.rank:
        raise ApiError(403, "forbidden", f"This takes the role {least} in the tenant")


async def only(connection: Connection, statement: Any, *values: Any) -> DictRow | None:
    """Run a statement and return its one row, None when there is none."""
    return await (await connection.execute(statement, values)).fetchone()


async def member_role(connection: Connection, caller: Caller) -> Role | None:
    """Return what a caller is in the tenant that the transaction is for, None for nothing."""
    found = await only(
        connection,
        "SELECT role FROM tenants.members"
        " WHERE tenant_id = tenants.current_tenant() AND user_id = %s",
        caller.user_id,
    )
    return Role(found["role"]) if found else None


def is_platform_admin(caller: Caller) -> bool:
    """Whether a caller manages all tenants."""
    return caller.role == "admin"


def require_platform_admin(caller: Caller) -> None:
    """Raise ApiError 403 for all but the platform's admins."""
    if not is_platform_admin(caller):
        raise ApiError(403, "forbidden", "Only the platform's admins may do this")


def not_found(what: str) -> ApiError:
    """There is no such thing, or it is not for the caller to see."""
    return ApiError(404, "not_found", f"There is no such {what}")
