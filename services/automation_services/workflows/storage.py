"""Workflows in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller

from .cron import next_tick
from .models import Definition

_COLUMNS = sql.SQL(
    "id, user_id, name, description, enabled, trigger, steps, timeout_seconds, next_tick,"
    " created_at, updated_at"
)
# Of a workflow that is no webhook's any more, the token ends. One whose author has left the
# tenant runs from now on for whoever has changed it.
_UPDATE = sql.SQL(
    "UPDATE automation.workflows w SET name = %(name)s, description = %(description)s,"
    " enabled = %(enabled)s, trigger = %(trigger)s, steps = %(steps)s,"
    " timeout_seconds = %(timeout_seconds)s, next_tick = %(next_tick)s, updated_at = now(),"
    " hook_digest = CASE WHEN %(webhook)s THEN coalesce(%(hook_digest)s, hook_digest) END,"
    " user_id = CASE WHEN EXISTS (SELECT FROM tenants.members m"
    " WHERE m.tenant_id = w.tenant_id AND m.user_id = w.user_id)"
    " THEN w.user_id ELSE %(user_id)s END"
    " WHERE id = %(id)s RETURNING {}"
).format(_COLUMNS)
_INSERT = sql.SQL(
    "INSERT INTO automation.workflows (tenant_id, user_id, name, description, enabled, trigger,"
    " steps, timeout_seconds, next_tick, hook_digest) VALUES (%(tenant_id)s, %(user_id)s,"
    " %(name)s, %(description)s, %(enabled)s, %(trigger)s, %(steps)s, %(timeout_seconds)s,"
    " %(next_tick)s, %(hook_digest)s) RETURNING {}"
).format(_COLUMNS)

Row = dict[str, Any]


class WorkflowStorage:
    """Workflows as a caller sees them: those of one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[AsyncConnection[DictRow]]:
        """One transaction that sees the caller's tenant."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            yield link

    async def create(self, caller: Caller, body: Definition, hook_digest: bytes | None) -> Row:
        """Make a workflow."""
        values = _values(body) | {
            "tenant_id": caller.tenant_id,
            "user_id": caller.user_id,
            "hook_digest": hook_digest,
        }
        async with self.transaction(caller) as link:
            row = await (await link.execute(_INSERT, values)).fetchone()
        if row is None:
            raise RuntimeError("the database returned no row")
        return row

    async def get(self, caller: Caller, workflow_id: UUID) -> Row | None:
        """Return a workflow; `hooked`: whether it has a webhook's token."""
        statement = sql.SQL(
            "SELECT {}, hook_digest IS NOT NULL AS hooked FROM automation.workflows WHERE id = %s"
        ).format(_COLUMNS)
        async with self.transaction(caller) as link:
            return await (await link.execute(statement, (workflow_id,))).fetchone()

    async def page(self, caller: Caller, page: int, size: int) -> tuple[list[Row], int]:
        """Return one page of workflows, newest first, and how many there are in all."""
        statement = sql.SQL(
            "SELECT {} FROM automation.workflows ORDER BY created_at DESC, id LIMIT %s OFFSET %s"
        ).format(_COLUMNS)
        async with self.transaction(caller) as link:
            counted = await (
                await link.execute("SELECT count(*) AS total FROM automation.workflows")
            ).fetchone()
            found = await link.execute(statement, (size, (page - 1) * size))
            return await found.fetchall(), int(counted["total"]) if counted else 0

    async def update(
        self, caller: Caller, workflow_id: UUID, body: Definition, hook_digest: bytes | None
    ) -> Row | None:
        """Replace a workflow. hook_digest: of a new token, None to keep the one it has."""
        values = _values(body) | {
            "id": workflow_id,
            "user_id": caller.user_id,
            "hook_digest": hook_digest,
            "webhook": body.trigger.type == "webhook",
        }
        async with self.transaction(caller) as link:
            return await (await link.execute(_UPDATE, values)).fetchone()

    async def delete(self, caller: Caller, workflow_id: UUID) -> bool:
        """Remove a workflow with its executions; whether there was one."""
        async with self.transaction(caller) as link:
            done = await link.execute(
                "DELETE FROM automation.workflows WHERE id = %s", (workflow_id,)
            )
            return done.rowcount == 1

    async def hooked(self, digest: bytes) -> Row | None:
        """Return the workflow of a webhook's token, with its tenant."""
        async with self._database.transaction() as link:
            await link.execute(
                "SELECT set_config('app.hook_digest', %s, true),"
                " set_config('app.tenant_id', '', true),"
                " set_config('app.platform_admin', '', true)",
                (digest.hex(),),
            )
            found = await link.execute(
                "SELECT id, tenant_id, user_id FROM automation.workflows"
                " WHERE hook_digest = %s AND enabled",
                (digest,),
            )
            return await found.fetchone()


def _values(body: Definition) -> dict[str, Any]:
    sent = body.model_dump(mode="json")
    cron = body.trigger.cron if body.enabled else None
    return {
        **{name: sent[name] for name in ("name", "description", "enabled", "timeout_seconds")},
        "trigger": Jsonb(sent["trigger"]),
        "steps": Jsonb(sent["steps"]),
        "next_tick": None if cron is None else next_tick(cron, datetime.now(UTC)),
    }
