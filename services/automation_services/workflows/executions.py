"""Executions in PostgreSQL: asked for, looked at, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from ..queue.jobs import EXECUTE, Jobs

# Of one workflow, so that a flood of webhooks cannot fill the queue.
MOST_UNFINISHED = 100
_COLUMNS = sql.SQL(
    "id, workflow_id, user_id, trigger, tick, status, error, cancel_requested, attempt,"
    " created_at, started_at, finished_at"
)
_INSERT = sql.SQL(
    "INSERT INTO automation.executions"
    " (tenant_id, user_id, workflow_id, trigger, tick, input, definition)"
    " SELECT w.tenant_id, %(user_id)s, w.id, %(trigger)s, %(tick)s, %(input)s,"
    " jsonb_build_object('name', w.name, 'steps', w.steps, 'timeout_seconds', w.timeout_seconds)"
    " FROM automation.workflows w WHERE w.id = %(workflow_id)s"
    " ON CONFLICT (workflow_id, tick) DO NOTHING RETURNING {}"
).format(_COLUMNS)
_CANCEL = sql.SQL(
    "UPDATE automation.executions SET cancel_requested = true,"
    " status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END,"
    " finished_at = CASE status WHEN 'queued' THEN now() END"
    " WHERE id = %s AND workflow_id = %s AND status IN ('queued', 'running')"
    " RETURNING job_id, {}"
).format(_COLUMNS)

Row = dict[str, Any]


class Executions:
    """Executions as a caller sees them: those of one tenant."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database, self._jobs = database, jobs

    async def ask(self, caller: Caller, workflow_id: UUID, trigger: str, given: Any) -> Row:
        """Ask for an execution of an existing workflow. Raises ApiError 403, 404, 429.

        Nothing is done for somebody who has left the tenant.
        """
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            counted = await link.execute(
                "SELECT count(*) AS waiting, EXISTS (SELECT FROM tenants.tenants"
                " WHERE id = %s AND suspended_at IS NOT NULL) AS suspended,"
                " EXISTS (SELECT FROM tenants.members"
                " WHERE tenant_id = %s AND user_id = %s) AS belongs"
                " FROM automation.executions"
                " WHERE workflow_id = %s AND status IN ('queued', 'running')",
                (caller.tenant_id, caller.tenant_id, caller.user_id, workflow_id),
            )
            row = await counted.fetchone()
            if row is not None and row["suspended"]:
                raise ApiError(403, "tenant_suspended", "This tenant is suspended")
            if row is not None and not row["belongs"]:
                raise author_left()
            if row is not None and row["waiting"] >= MOST_UNFINISHED:
                message = f"{MOST_UNFINISHED} executions of this workflow are not finished"
                raise ApiError(429, "too_many_executions", message, {"Retry-After": "30"})
            made = await self.add(link, caller, workflow_id, trigger, given)
        if made is None:
            raise no_such_workflow()
        return made

    async def add(
        self,
        link: AsyncConnection[DictRow],
        caller: Caller,
        workflow_id: UUID,
        trigger: str,
        given: Any,
        tick: datetime | None = None,
    ) -> Row | None:
        """Make an execution and its job within a transaction; None when the tick has one."""
        values = {
            "user_id": caller.user_id,
            "workflow_id": workflow_id,
            "trigger": trigger,
            "tick": tick,
            "input": Jsonb(given),
        }
        made = await (await link.execute(_INSERT, values)).fetchone()
        if made is None:
            return None
        job = await self._jobs.defer(
            link,
            EXECUTE,
            lock=f"execution:{made['id']}",
            queueing_lock=None if tick is None else f"tick:{workflow_id}:{tick.isoformat()}",
            tenant_id=str(caller.tenant_id),
            user_id=str(caller.user_id),
            execution_id=str(made["id"]),
        )
        await link.execute(
            "UPDATE automation.executions SET job_id = %s WHERE id = %s", (job, made["id"])
        )
        return made

    async def get(self, caller: Caller, workflow_id: UUID, execution_id: UUID) -> Row | None:
        """Return an execution with its input and its steps."""
        statement = sql.SQL(
            "SELECT {}, input FROM automation.executions WHERE id = %s AND workflow_id = %s"
        ).format(_COLUMNS)
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(statement, (execution_id, workflow_id))
            row = await found.fetchone()
            if row is None:
                return None
            steps = await link.execute(
                "SELECT position, name, kind, status, attempts, output, error, started_at,"
                " finished_at FROM automation.step_runs WHERE execution_id = %s ORDER BY position",
                (execution_id,),
            )
            return {**row, "steps": await steps.fetchall()}

    async def page(
        self, caller: Caller, workflow_id: UUID, status: str | None, page: int, size: int
    ) -> tuple[list[Row], int]:
        """Return one page of a workflow's executions, newest first, and how many there are."""
        condition = sql.SQL(
            " FROM automation.executions WHERE workflow_id = %(workflow_id)s"
            " AND (%(status)s::text IS NULL OR status = %(status)s)"
        )
        order = sql.SQL(" ORDER BY created_at DESC, id LIMIT %(size)s OFFSET %(offset)s")
        values = {
            "workflow_id": workflow_id,
            "status": status,
            "size": size,
            "offset": (page - 1) * size,
        }
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            counting = sql.SQL("SELECT count(*) AS total") + condition
            counted = await (await link.execute(counting, values)).fetchone()
            found = await link.execute(
                sql.SQL("SELECT {}").format(_COLUMNS) + condition + order, values
            )
            return await found.fetchall(), int(counted["total"]) if counted else 0

    async def cancel(self, caller: Caller, workflow_id: UUID, execution_id: UUID) -> Row | None:
        """Cancel an execution that is not finished; None when there is no such one."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            row = await (await link.execute(_CANCEL, (execution_id, workflow_id))).fetchone()
        if row is not None and row["job_id"] is not None:
            await self._jobs.cancel(row["job_id"])
        return row


def author_left() -> ApiError:
    """The error for a workflow that would run for somebody who is not in the tenant any more."""
    message = "The user for whom this workflow runs has left the tenant; replace it to take it over"
    return ApiError(403, "author_left", message)


def no_such_workflow() -> ApiError:
    """The error for a workflow that there is not."""
    return ApiError(404, "workflow_not_found", "There is no such workflow")
