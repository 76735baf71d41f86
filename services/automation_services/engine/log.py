"""An execution's state in PostgreSQL, written after each step.

Only the worker that took the execution up last may write: one that was taken for dead, but
lives, is stopped by its next write.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller

from .failures import CancelRequested, StepFailed, Superseded

Row = dict[str, Any]
# Why nothing may be done for a user any more; NULL while it may.
_REFUSAL: LiteralString = """SELECT CASE
    WHEN NOT EXISTS (SELECT FROM tenants.members m
        WHERE m.tenant_id = x.tenant_id AND m.user_id = x.user_id)
    THEN 'The user for whom it runs has left the tenant'
    WHEN EXISTS (SELECT FROM tenants.tenants t
        WHERE t.id = x.tenant_id AND t.suspended_at IS NOT NULL)
    THEN 'The tenant is suspended' END AS why
    FROM automation.executions x WHERE x.id = %s"""


@dataclass(frozen=True, slots=True)
class Taken:
    """An execution that this worker has taken up. caller: for whom it works."""

    caller: Caller
    id: UUID
    attempt: int
    row: Row


class ExecutionLog:
    """Takes executions up, and writes how they go."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, caller: Caller, execution_id: UUID) -> Taken | None:
        """Take an execution up; None when there is nothing to do any more."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            taken = await link.execute(
                "UPDATE automation.executions SET status = 'running', attempt = attempt + 1,"
                " seen_at = now(), started_at = coalesce(started_at, now())"
                " WHERE id = %s AND status IN ('queued', 'running') RETURNING *",
                (execution_id,),
            )
            row = await taken.fetchone()
        return None if row is None else Taken(caller, execution_id, row["attempt"], row)

    async def steps(self, taken: Taken) -> dict[int, Row]:
        """Return what is logged of the steps, by position."""
        caller = taken.caller
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(
                "SELECT * FROM automation.step_runs WHERE execution_id = %s", (taken.id,)
            )
            return {row["position"]: row for row in await found.fetchall()}

    async def begun(self, taken: Taken, position: int, step: Row, attempts: int) -> None:
        """Log that a step is tried. Raises Superseded, CancelRequested.

        Raises StepFailed when the user has left the tenant, or the tenant is suspended.
        """
        async with self._mine(taken) as link:
            asked = await link.execute(_REFUSAL, (taken.id,))
            row = await asked.fetchone()
            if row is not None and row["why"] is not None:
                raise StepFailed(row["why"])
            await link.execute(
                "INSERT INTO automation.step_runs (execution_id, position, tenant_id, name, kind,"
                " status, attempts, started_at)"
                " VALUES (%s, %s, %s, %s, %s, 'running', %s, now())"
                " ON CONFLICT (execution_id, position) DO UPDATE"
                " SET status = 'running', attempts = excluded.attempts",
                (taken.id, position, taken.caller.tenant_id, step["name"], step["kind"], attempts),
            )

    async def missed(self, taken: Taken, position: int, error: str) -> None:
        """Log why an attempt failed, before the next. Raises Superseded, CancelRequested."""
        async with self._mine(taken) as link:
            await link.execute(
                "UPDATE automation.step_runs SET error = %s"
                " WHERE execution_id = %s AND position = %s",
                (error, taken.id, position),
            )

    async def done(self, taken: Taken, position: int, output: Any, elapsed: float) -> None:
        """Log that a step succeeded. Raises Superseded, CancelRequested."""
        async with self._mine(taken) as link:
            await link.execute(
                "UPDATE automation.step_runs SET status = 'succeeded', output = %s, error = NULL,"
                " finished_at = now() WHERE execution_id = %s AND position = %s",
                (Jsonb(output), taken.id, position),
            )
            await link.execute(
                "UPDATE automation.executions SET elapsed = %s WHERE id = %s", (elapsed, taken.id)
            )

    async def skipped(self, taken: Taken, position: int, step: Row) -> None:
        """Log that a step is left out. Raises Superseded, CancelRequested."""
        async with self._mine(taken) as link:
            await link.execute(
                "INSERT INTO automation.step_runs (execution_id, position, tenant_id, name, kind,"
                " status) VALUES (%s, %s, %s, %s, %s, 'skipped') ON CONFLICT DO NOTHING",
                (taken.id, position, taken.caller.tenant_id, step["name"], step["kind"]),
            )

    async def paused(self, taken: Taken, elapsed: float) -> None:
        """Log how long was worked, before the execution goes back to the queue."""
        async with self._mine(taken, cancellable=False) as link:
            await link.execute(
                "UPDATE automation.executions SET elapsed = %s WHERE id = %s", (elapsed, taken.id)
            )

    async def finish(self, taken: Taken, status: str, error: str | None) -> None:
        """Log the end; a step that still runs has failed. Raises Superseded."""
        async with self._mine(taken, cancellable=False) as link:
            await link.execute(
                "UPDATE automation.step_runs SET status = 'failed', finished_at = now(),"
                " error = coalesce(%s, error) WHERE execution_id = %s AND status = 'running'",
                (error, taken.id),
            )
            await link.execute(
                "UPDATE automation.executions SET status = %s, error = %s, finished_at = now()"
                " WHERE id = %s",
                (status, error, taken.id),
            )

    @asynccontextmanager
    async def _mine(
        self, taken: Taken, *, cancellable: bool = True
    ) -> AsyncIterator[AsyncConnection[DictRow]]:
        caller = taken.caller
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(
                "UPDATE automation.executions SET seen_at = now()"
                " WHERE id = %s AND attempt = %s AND status = 'running'"
                " RETURNING cancel_requested",
                (taken.id, taken.attempt),
            )
            row = await found.fetchone()
            if row is None:
                raise Superseded
            if cancellable and row["cancel_requested"]:
                raise CancelRequested
            yield link
