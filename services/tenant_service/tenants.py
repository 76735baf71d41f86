"""Tenants in PostgreSQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from pyairtable_shared.airtable_quota import AirtableQuota
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.service_auth import Caller
from pyairtable_shared.texts import containing

from .desk import (
    Connection,
    Desk,
    Role,
    not_found,
    only,
    require_platform_admin,
)
from .models import NewTenant, TenantSent

_TENANT = """SELECT t.id::text, t.name, t.plan,
    CASE WHEN t.suspended_at IS NULL THEN 'active' ELSE 'suspended' END AS status,
    json_build_object('workspaces', p.workspaces, 'members', p.members,
        'airtable_calls_per_day', p.airtable_calls_per_day) AS quotas,
    to_json(t.created_at) #>> '{}' AS created_at, to_json(t.updated_at) #>> '{}' AS updated_at
    FROM tenants.tenants t JOIN tenants.plans p ON p.name = t.plan"""
_SEEN = """WHERE t.name ILIKE %s AND (tenants.platform_admin() OR t.id = (
    SELECT m.tenant_id FROM tenants.members m WHERE m.user_id = tenants.acting_user()))"""
_PAGE = f"{_TENANT} {_SEEN} ORDER BY t.name, t.id LIMIT %s OFFSET %s"
_ALL = "SELECT count(*) AS total FROM tenants.tenants t"
_COUNT = f"{_ALL} {_SEEN}"
_USAGE = """SELECT
    (SELECT count(*) FROM workspaces.workspaces w WHERE w.tenant_id = t.id) AS workspaces,
    (SELECT count(*) FROM tenants.members m WHERE m.tenant_id = t.id) AS members
    FROM tenants.tenants t WHERE t.id = %s"""
_MEMBERS = """SELECT user_id::text AS id FROM tenants.members
    WHERE tenant_id = tenants.current_tenant()"""
_SUSPEND = """UPDATE tenants.tenants SET updated_at = now(), suspended_at =
    CASE WHEN %s THEN coalesce(suspended_at, now()) END WHERE id = %s"""


class Tenants:
    """The tenants that a caller sees and changes."""

    def __init__(self, desk: Desk, quota: AirtableQuota, revocation: Revocation) -> None:
        self._desk, self._quota, self._revocation = desk, quota, revocation

    async def page(
        self, caller: Caller, text: str, page: int, size: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the own tenant, for the platform's admins of all, and their number."""
        async with self._desk.transaction(caller) as connection:
            counted = await only(connection, _COUNT, containing(text))
            found = await connection.execute(_PAGE, (containing(text), size, (page - 1) * size))
            return await found.fetchall(), int(counted["total"]) if counted else 0

    async def create(self, caller: Caller, sent: NewTenant) -> dict[str, Any]:
        """Make a tenant without members; the platform's admins may."""
        require_platform_admin(caller)
        made = uuid4()
        async with self._desk.transaction(caller) as connection:
            await connection.execute(
                "INSERT INTO tenants.tenants (id, name, plan) VALUES (%s, %s, %s)",
                (made, sent.name, sent.plan),
            )
            return await _one(connection, made)

    async def get(self, caller: Caller, tenant_id: UUID) -> dict[str, Any]:
        """Return a tenant."""
        async with self._desk.tenant(caller, tenant_id, Role.MEMBER) as connection:
            return await _one(connection, tenant_id)

    async def update(self, caller: Caller, tenant_id: UUID, sent: TenantSent) -> dict[str, Any]:
        """Change a tenant's name, or as an admin of the platform its plan."""
        async with self._desk.tenant(caller, tenant_id, Role.ADMIN) as connection:
            before = await _one(connection, tenant_id)
            if sent.plan not in (None, before["plan"]):
                require_platform_admin(caller)
            await connection.execute(
                "UPDATE tenants.tenants SET name = coalesce(%s, name), plan = coalesce(%s, plan),"
                " updated_at = now() WHERE id = %s",
                (sent.name, sent.plan, tenant_id),
            )
            return await _one(connection, tenant_id)

    async def delete(self, caller: Caller, tenant_id: UUID) -> None:
        """Remove a tenant with its users and all that is theirs; no token of theirs counts then.

        Raises ApiError 503 when the tokens cannot be revoked; nothing is removed then.
        """
        async with self._desk.tenant(caller, tenant_id, Role.OWNER) as connection:
            members = await (await connection.execute(_MEMBERS)).fetchall()
            done = await only(connection, "SELECT tenants.delete_tenant(%s) AS it", tenant_id)
            if done is None or done["it"] != "deleted":
                raise not_found("tenant")
            await self._revocation.remove(row["id"] for row in members)

    async def usage(self, caller: Caller, tenant_id: UUID) -> dict[str, Any]:
        """Return what a tenant uses of its quotas."""
        async with self._desk.tenant(caller, tenant_id, Role.MEMBER) as connection:
            quotas = (await _one(connection, tenant_id))["quotas"]
            used = await only(connection, _USAGE, tenant_id)
        counted = used or {}
        return {
            "workspaces": {"used": counted.get("workspaces"), "limit": quotas["workspaces"]},
            "members": {"used": counted.get("members"), "limit": quotas["members"]},
            "airtable_calls_today": {
                "used": await self._quota.used(tenant_id),
                "limit": quotas["airtable_calls_per_day"],
            },
        }

    async def suspend(self, caller: Caller, tenant_id: UUID, *, suspended: bool) -> dict[str, Any]:
        """Shut a tenant's users out, or let them in again; the platform's admins may."""
        require_platform_admin(caller)
        async with self._desk.tenant(caller, tenant_id, Role.OWNER) as connection:
            await connection.execute(_SUSPEND, (suspended, tenant_id))
            return await _one(connection, tenant_id)


async def _one(connection: Connection, tenant_id: UUID) -> dict[str, Any]:
    found = await only(connection, f"{_TENANT} WHERE t.id = %s", tenant_id)
    if found is None:
        raise not_found("tenant")
    return found
