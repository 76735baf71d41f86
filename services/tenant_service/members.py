"""Members of a tenant in PostgreSQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.service_auth import Caller

from .desk import Connection, Desk, Role, is_platform_admin, member_role, not_found, only

_MEMBER = """SELECT m.user_id::text, p.email, p.display_name, m.role,
    to_json(m.created_at) #>> '{}' AS created_at
    FROM tenants.members m JOIN users.profiles p ON p.user_id = m.user_id
    WHERE m.tenant_id = tenants.current_tenant()"""
_OTHER_OWNER = """SELECT 1 AS it FROM tenants.members
    WHERE tenant_id = tenants.current_tenant() AND user_id <> %s AND role = 'owner' LIMIT 1"""


class Members:
    """Who belongs to a tenant."""

    def __init__(self, desk: Desk, revocation: Revocation) -> None:
        self._desk, self._revocation = desk, revocation

    async def all(self, caller: Caller, tenant_id: UUID) -> list[dict[str, Any]]:
        """Return all members."""
        async with self._desk.tenant(caller, tenant_id, Role.MEMBER) as connection:
            return await (await connection.execute(f"{_MEMBER} ORDER BY p.email")).fetchall()

    async def change(
        self, caller: Caller, tenant_id: UUID, user_id: UUID, role: Role
    ) -> dict[str, Any]:
        """Give a member another role; only owners make owners or change them.

        Raises ApiError 409 last_owner.
        """
        async with self._desk.tenant(caller, tenant_id, Role.ADMIN) as connection:
            # Two owners who step down at the same time must see each other.
            await only(connection, "SELECT tenants.lock_quota('members')")
            before = await _one(connection, user_id)
            if Role.OWNER in (role, before["role"]):
                await only_owners(connection, caller)
            steps_down = before["role"] == Role.OWNER and role is not Role.OWNER
            if steps_down and await only(connection, _OTHER_OWNER, user_id) is None:
                raise _last_owner()
            await connection.execute(
                "UPDATE tenants.members SET role = %s"
                " WHERE tenant_id = tenants.current_tenant() AND user_id = %s",
                (role, user_id),
            )
            return await _one(connection, user_id)

    async def remove(self, caller: Caller, tenant_id: UUID, user_id: UUID) -> None:
        """Take a member out; anyone may leave. They get an empty tenant of their own.

        Their access tokens do not count any more. Raises ApiError 409 last_owner.
        """
        least = Role.MEMBER if user_id == caller.user_id else Role.ADMIN
        async with self._desk.tenant(caller, tenant_id, least) as connection:
            before = await _one(connection, user_id)
            if before["role"] == Role.OWNER and user_id != caller.user_id:
                await only_owners(connection, caller)
            done = await only(connection, "SELECT * FROM tenants.remove_member(%s)", user_id)
            if done is None or done["outcome"] == "not_found":
                raise not_found("member")
            if done["outcome"] == "last_owner":
                raise _last_owner()
            await self._revocation.revoke(done["jtis"])


async def _one(connection: Connection, user_id: UUID) -> dict[str, Any]:
    found = await only(connection, f"{_MEMBER} AND m.user_id = %s", user_id)
    if found is None:
        raise not_found("member")
    return found


async def only_owners(connection: Connection, caller: Caller) -> None:
    """Raise ApiError 403 for all but the tenant's owners and the platform's admins."""
    if not is_platform_admin(caller) and await member_role(connection, caller) is not Role.OWNER:
        raise ApiError(403, "forbidden", "Only owners make owners or change them")


def _last_owner() -> ApiError:
    return ApiError(409, "last_owner", "A tenant keeps at least one owner")
