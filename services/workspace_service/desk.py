"""One caller's work on one workspace: seen only if they may, and written to the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from .roles import Role

_SEEN = """
SELECT CASE WHEN t.role IN ('owner', 'admin') THEN 'owner' ELSE m.role END AS role
FROM workspaces.workspaces w
LEFT JOIN workspaces.members m ON m.workspace_id = w.id AND m.user_id = tenants.acting_user()
LEFT JOIN tenants.members t ON t.tenant_id = w.tenant_id AND t.user_id = tenants.acting_user()
WHERE w.id = %s
"""
# Writers of one workspace wait for each other: the audit log has what really was before.
_TURN = "SELECT FROM workspaces.workspaces WHERE id = %s FOR NO KEY UPDATE"
_NOTE = """
INSERT INTO workspaces.audit
    (tenant_id, workspace_id, user_id, action, entity, entity_id, before, after)
VALUES (tenants.current_tenant(), %s, tenants.acting_user(), %s, %s, %s, %s, %s)
"""

Connection = AsyncConnection[DictRow]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A write for the audit log. before, after: None when it is new, or gone."""

    action: str
    entity: str
    entity_id: str
    before: Row | None
    after: Row | None


class Desk:
    """Opens transactions that see one tenant's rows only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def tenant(self, caller: Caller) -> AsyncIterator[Connection]:
        """One transaction in the caller's tenant."""
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id
        ) as connection:
            yield connection

    @asynccontextmanager
    async def workspace(
        self, caller: Caller, workspace_id: UUID, least: Role, *, write: bool = True
    ) -> AsyncIterator[Connection]:
        """One transaction on a workspace. least: the role that it takes.

        Raises ApiError 404 when the caller may not even see it, 403 when they may not do this.
        """
        async with self.tenant(caller) as connection:
            if write:
                await connection.execute(_TURN, (workspace_id,))
            found = await (await connection.execute(_SEEN, (workspace_id,))).fetchone()
            if found is None or found["role"] is None:
                raise not_found("workspace")
            if Role(found["role"]).rank < least.rank:
                raise ApiError(403, "forbidden", f"This takes the role {least} in the workspace")
            yield connection


async def note(connection: Connection, workspace_id: UUID, change: Change) -> None:
    """Write a change to the audit log, in the transaction that makes it."""
    before, after = (
        None if each is None else Jsonb(each) for each in (change.before, change.after)
    )
    values = (workspace_id, change.action, change.entity, change.entity_id, before, after)
    await connection.execute(_NOTE, values)


async def only(connection: Connection, statement: Any, values: Any) -> DictRow | None:
    """Run a statement and return its one row, None when there is none."""
    return await (await connection.execute(statement, values)).fetchone()


def not_found(what: str) -> ApiError:
    """There is no such thing, or it is not for the caller to see."""
    return ApiError(404, "not_found", f"There is no such {what}")
