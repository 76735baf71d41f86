"""Members of workspaces in PostgreSQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from .desk import Change, Connection, Desk, not_found, note, only
from .models import MemberSent
from .roles import Role

_MEMBER = """SELECT m.user_id::text, p.email, p.display_name, m.role,
    to_json(m.created_at) #>> '{}' AS created_at
    FROM workspaces.members m JOIN users.profiles p ON p.user_id = m.user_id
    WHERE m.workspace_id = %s"""
_OTHER_OWNER = """SELECT 1 AS one FROM workspaces.members
    WHERE workspace_id = %s AND user_id <> %s AND role = 'owner' LIMIT 1"""


class Members:
    """Who belongs to a workspace."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def all(self, caller: Caller, workspace_id: UUID) -> list[dict[str, Any]]:
        """Return all members."""
        async with self._desk.workspace(
            caller, workspace_id, Role.VIEWER, write=False
        ) as connection:
            found = await connection.execute(f"{_MEMBER} ORDER BY p.email", (workspace_id,))
            return await found.fetchall()

    async def add(self, caller: Caller, workspace_id: UUID, sent: MemberSent) -> dict[str, Any]:
        """Add a user of the tenant. Raises ApiError 404 for others, 409 for a member."""
        async with self._desk.workspace(caller, workspace_id, Role.OWNER) as connection:
            user = await only(
                connection,
                "SELECT p.user_id FROM users.profiles p JOIN tenants.members t"
                " ON t.user_id = p.user_id AND t.tenant_id = p.tenant_id"
                " WHERE p.tenant_id = tenants.current_tenant()"
                " AND (p.user_id = %s OR lower(p.email) = lower(%s))",
                (sent.user_id, sent.email),
            )
            if user is None:
                raise ApiError(404, "no_such_user", "There is no such user in your tenant")
            made = await only(
                connection,
                "INSERT INTO workspaces.members (workspace_id, tenant_id, user_id, role)"
                " VALUES (%s, tenants.current_tenant(), %s, %s)"
                " ON CONFLICT DO NOTHING RETURNING user_id",
                (workspace_id, user["user_id"], sent.role),
            )
            if made is None:
                raise ApiError(409, "already_member", "This user is a member already")
            after = await _one(connection, workspace_id, user["user_id"])
            await _noted(connection, workspace_id, "create", None, after)
            return after

    async def change(
        self, caller: Caller, workspace_id: UUID, user_id: UUID, role: Role
    ) -> dict[str, Any]:
        """Give a member another role. Raises ApiError 409 last_owner."""
        async with self._desk.workspace(caller, workspace_id, Role.OWNER) as connection:
            before = await _one(connection, workspace_id, user_id)
            if role is not Role.OWNER:
                await _leaves_an_owner(connection, workspace_id, user_id, before)
            await connection.execute(
                "UPDATE workspaces.members SET role = %s WHERE workspace_id = %s AND user_id = %s",
                (role, workspace_id, user_id),
            )
            after = await _one(connection, workspace_id, user_id)
            await _noted(connection, workspace_id, "update", before, after)
            return after

    async def remove(self, caller: Caller, workspace_id: UUID, user_id: UUID) -> None:
        """Remove a member; anyone may remove themselves. Raises ApiError 409 last_owner."""
        least = Role.VIEWER if user_id == caller.user_id else Role.OWNER
        async with self._desk.workspace(caller, workspace_id, least) as connection:
            before = await _one(connection, workspace_id, user_id)
            await _leaves_an_owner(connection, workspace_id, user_id, before)
            await connection.execute(
                "DELETE FROM workspaces.members WHERE workspace_id = %s AND user_id = %s",
                (workspace_id, user_id),
            )
            await _noted(connection, workspace_id, "delete", before, None)


async def _one(connection: Connection, workspace_id: UUID, user_id: UUID) -> dict[str, Any]:
    found = await only(connection, f"{_MEMBER} AND m.user_id = %s", (workspace_id, user_id))
    if found is None:
        raise not_found("member")
    return found


async def _leaves_an_owner(
    connection: Connection, workspace_id: UUID, user_id: UUID, before: dict[str, Any]
) -> None:
    if before["role"] != Role.OWNER:
        return
    if await only(connection, _OTHER_OWNER, (workspace_id, user_id)) is None:
        raise ApiError(409, "last_owner", "A workspace keeps at least one owner")


async def _noted(
    connection: Connection,
    workspace_id: UUID,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    user_id = (after or before or {})["user_id"]
    await note(connection, workspace_id, Change(action, "member", user_id, before, after))
