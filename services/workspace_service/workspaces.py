"""Workspaces in PostgreSQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller
from pyairtable_shared.texts import containing

from .desk import Change, Connection, Desk, not_found, note, only
from .models import WorkspaceSent
from .roles import Role

_COLUMNS = """w.id::text, w.name, w.description, w.created_by::text,
    to_json(w.created_at) #>> '{}' AS created_at, to_json(w.updated_at) #>> '{}' AS updated_at,
    CASE WHEN t.role IN ('owner', 'admin') THEN 'owner' ELSE m.role END AS role"""
_SEEN = """FROM workspaces.workspaces w
    LEFT JOIN workspaces.members m ON m.workspace_id = w.id AND m.user_id = tenants.acting_user()
    LEFT JOIN tenants.members t ON t.tenant_id = w.tenant_id AND t.user_id = tenants.acting_user()
    WHERE (m.role IS NOT NULL OR t.role IN ('owner', 'admin'))"""
_MATCHING = "AND w.name ILIKE %(text)s"
_ONE = f"SELECT {_COLUMNS} {_SEEN} AND w.id = %s"
_PAGE = (
    f"SELECT {_COLUMNS} {_SEEN} {_MATCHING} ORDER BY w.name, w.id LIMIT %(size)s OFFSET %(skip)s"
)
_COUNT = f"SELECT count(*) AS total {_SEEN} {_MATCHING}"
_BELONGS = """SELECT 1 AS it FROM tenants.members
    WHERE tenant_id = tenants.current_tenant() AND user_id = tenants.acting_user()"""
_AUDIT = """SELECT id, user_id::text, action, entity, entity_id, before, after,
    to_json(created_at) #>> '{}' AS created_at FROM workspaces.audit
    WHERE workspace_id = %s ORDER BY id DESC LIMIT %s OFFSET %s"""


class Workspaces:
    """The workspaces that a caller sees and changes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(
        self, caller: Caller, text: str, page: int, size: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of those whose name holds a text, and how many there are in all."""
        values = {"text": containing(text), "size": size, "skip": (page - 1) * size}
        async with self._desk.tenant(caller) as connection:
            counted = await only(connection, _COUNT, values)
            found = await connection.execute(_PAGE, values)
            return await found.fetchall(), int(counted["total"]) if counted else 0

    async def create(self, caller: Caller, sent: WorkspaceSent) -> dict[str, Any]:
        """Make a workspace that its maker owns. Raises ApiError 403 quota_exceeded."""
        async with self._desk.tenant(caller) as connection:
            await _within_quota(connection)
            if await only(connection, _BELONGS, ()) is None:
                raise ApiError(403, "forbidden", "You are not a member of this tenant any more")
            made = await only(
                connection,
                "INSERT INTO workspaces.workspaces (tenant_id, name, description, created_by)"
                " VALUES (tenants.current_tenant(), %s, %s, tenants.acting_user()) RETURNING id",
                (sent.name, sent.description),
            )
            assert made is not None  # noqa: S101  (an insert returns its row)
            await connection.execute(
                "INSERT INTO workspaces.members (workspace_id, tenant_id, user_id, role)"
                " VALUES (%s, tenants.current_tenant(), tenants.acting_user(), 'owner')",
                (made["id"],),
            )
            after = await _one(connection, made["id"])
            change = Change("create", "workspace", str(made["id"]), None, _plain(after))
            await note(connection, made["id"], change)
            return after

    async def get(self, caller: Caller, workspace_id: UUID) -> dict[str, Any]:
        """Return a workspace."""
        async with self._desk.workspace(
            caller, workspace_id, Role.VIEWER, write=False
        ) as connection:
            return await _one(connection, workspace_id)

    async def update(
        self, caller: Caller, workspace_id: UUID, sent: WorkspaceSent
    ) -> dict[str, Any]:
        """Change a workspace's name and description."""
        async with self._desk.workspace(caller, workspace_id, Role.OWNER) as connection:
            before = await _one(connection, workspace_id)
            await connection.execute(
                "UPDATE workspaces.workspaces SET name = %s, description = %s, updated_at = now()"
                " WHERE id = %s",
                (sent.name, sent.description, workspace_id),
            )
            after = await _one(connection, workspace_id)
            entity = ("update", "workspace", str(workspace_id))
            await note(connection, workspace_id, Change(*entity, _plain(before), _plain(after)))
            return after

    async def delete(self, caller: Caller, workspace_id: UUID) -> None:
        """Remove a workspace with its projects; its audit log stays."""
        async with self._desk.workspace(caller, workspace_id, Role.OWNER) as connection:
            before = await _one(connection, workspace_id)
            entity = ("delete", "workspace", str(workspace_id))
            await note(connection, workspace_id, Change(*entity, _plain(before), None))
            statement = "DELETE FROM workspaces.workspaces WHERE id = %s"
            await connection.execute(statement, (workspace_id,))

    async def audit(
        self, caller: Caller, workspace_id: UUID, page: int, size: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the audit log, newest first, and how many entries there are."""
        async with self._desk.workspace(
            caller, workspace_id, Role.OWNER, write=False
        ) as connection:
            statement = "SELECT count(*) AS total FROM workspaces.audit WHERE workspace_id = %s"
            counted = await only(connection, statement, (workspace_id,))
            found = await connection.execute(_AUDIT, (workspace_id, size, (page - 1) * size))
            return await found.fetchall(), int(counted["total"]) if counted else 0


async def _one(connection: Connection, workspace_id: UUID) -> dict[str, Any]:
    found = await only(connection, _ONE, (workspace_id,))
    if found is None:
        raise not_found("workspace")
    return found


async def _within_quota(connection: Connection) -> None:
    limit = await only(connection, "SELECT tenants.lock_quota('workspaces') AS most", ())
    used = await only(connection, "SELECT count(*) AS used FROM workspaces.workspaces", ())
    if limit and used and limit["most"] is not None and used["used"] >= limit["most"]:
        message = f"The tenant's plan allows {limit['most']} workspaces"
        raise ApiError(403, "quota_exceeded", message)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A workspace without what it is to the caller."""
    return {key: value for key, value in row.items() if key != "role"}
