"""Housekeeping: jobs of dead workers go back to the queue, and what is over is removed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import LiteralString

from prometheus_client import Gauge
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from pyairtable_shared.database import Database
from pyairtable_shared.logs import logger

from ..settings import Settings
from .jobs import QUEUE, Jobs
from .nobody import NOBODY

WAITING_FILES = Gauge(
    "file_processing_queue_size", "Files whose text is not read yet, over all replicas."
)
# Any number that no other program locks.
_LOCK = 0x61757430
_UPLOAD_HOURS = 1
_QUEUE_HOURS = 24
_AT_ONCE = 100
# A job is over when the queue has it no more, or will not run it. A worker that was taken for
# dead may end the job under the one that took it up: who still writes is not lost.
_LOST_FILES: LiteralString = (
    "SELECT x.id, x.tenant_id FROM automation.files x"
    " WHERE x.status IN ('pending', 'processing')"
    " AND NOT EXISTS (SELECT FROM automation.procrastinate_jobs j"
    " WHERE j.id = x.job_id AND j.status IN ('todo', 'doing')) LIMIT %(most)s"
)
_LOST_EXECUTIONS: LiteralString = (
    "SELECT x.id, x.tenant_id FROM automation.executions x"
    " WHERE x.status IN ('queued', 'running')"
    " AND (x.status = 'queued' OR x.cancel_requested OR x.seen_at < now() - make_interval("
    "secs => coalesce((x.definition ->> 'timeout_seconds')::integer, %(timeout)s) + 60))"
    " AND NOT EXISTS (SELECT FROM automation.procrastinate_jobs j"
    " WHERE j.id = x.job_id AND j.status IN ('todo', 'doing')) LIMIT %(most)s"
)
_LEFT_UPLOADS: LiteralString = (
    "SELECT x.id, x.tenant_id FROM automation.files x WHERE x.status = 'uploading'"
    " AND x.created_at < now() - make_interval(hours => %(hours)s) LIMIT %(most)s"
)
_OLD_EXECUTIONS: LiteralString = (
    "SELECT x.id, x.tenant_id FROM automation.executions x"
    " WHERE x.finished_at < now() - make_interval(days => %(days)s) LIMIT %(most)s"
)


class Housekeeping:
    """Tidies up; over all replicas, one at a time."""

    def __init__(self, settings: Settings, database: Database, jobs: Jobs) -> None:
        self._settings, self._database, self._jobs = settings, database, jobs
        self._left: set[int] = set()

    async def round(self) -> None:
        """Do what there is to do."""
        await self._count()
        await self._reclaim()
        async with self._overall() as link:
            locked = await link.execute("SELECT pg_try_advisory_xact_lock(%s) AS mine", (_LOCK,))
            row = await locked.fetchone()
            if row is None or not row["mine"]:
                return
            # While this transaction is open, no other replica does the same.
            await self._rescue()
            await self._end_lost()
            await self._remove_old()

    async def _count(self) -> None:
        async with self._overall() as link:
            found = await link.execute(
                "SELECT count(*) AS waiting FROM automation.files"
                " WHERE status IN ('pending', 'processing')"
            )
            row = await found.fetchone()
            WAITING_FILES.set(0 if row is None else row["waiting"])

    async def _reclaim(self) -> None:
        """Give back what this process does no more, but could not tell the queue.

        A job that has just ended is told in a moment: only one seen twice was left.
        """
        async with self._overall() as link:
            found = await link.execute(
                "SELECT id FROM automation.procrastinate_jobs"
                " WHERE status = 'doing' AND worker_id = ANY(%s)",
                (list(self._jobs.workers),),
            )
            idle = {int(row["id"]) for row in await found.fetchall()} - self._jobs.running
        for job in idle & self._left:
            await self._jobs.app.job_manager.retry_job_by_id_async(job, datetime.now(UTC))
            logger().warning("job left behind taken up again", job_id=job)
        self._left = idle

    async def _rescue(self) -> None:
        """Give the jobs of dead workers back to the queue."""
        manager = self._jobs.app.job_manager
        stalled = await manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=self._settings.stalled_after
        )
        for job in stalled:
            await manager.retry_job(job, retry_at=datetime.now(UTC))
            logger().warning("job of a dead worker taken up again", job_id=job.id)

    async def _end_lost(self) -> None:
        """End what the queue has given up, or was told to cancel when its worker died."""
        await self._each(
            _LOST_FILES,
            "UPDATE automation.files SET status = 'failed', processed_at = now(),"
            " reason = 'It could not be read in several attempts'"
            " WHERE id = %s AND status IN ('pending', 'processing')",
        )
        await self._each(
            _LOST_EXECUTIONS,
            "UPDATE automation.executions SET finished_at = now(),"
            " status = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END,"
            " error = CASE WHEN cancel_requested THEN 'It was cancelled'"
            " ELSE 'It could not be run in several attempts' END"
            " WHERE id = %s AND status IN ('queued', 'running')",
        )

    async def _remove_old(self) -> None:
        await self._each(_LEFT_UPLOADS, "DELETE FROM automation.files WHERE id = %s")
        await self._each(_OLD_EXECUTIONS, "DELETE FROM automation.executions WHERE id = %s")
        await self._jobs.app.job_manager.delete_old_jobs(
            _QUEUE_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    async def _each(self, finding: LiteralString, doing: LiteralString) -> None:
        """Find rows over all tenants, and change each as its tenant."""
        values = {
            "most": _AT_ONCE,
            "hours": _UPLOAD_HOURS,
            "timeout": self._settings.default_workflow_timeout,
            "days": self._settings.execution_retention_days,
        }
        async with self._overall() as link:
            found = await (await link.execute(finding, values)).fetchall()
        for row in found:
            async with self._database.tenant_transaction(row["tenant_id"], NOBODY.user_id) as link:
                await link.execute(doing, (row["id"],))

    @asynccontextmanager
    async def _overall(self) -> AsyncIterator[AsyncConnection[DictRow]]:
        async with self._database.tenant_transaction(
            NOBODY.tenant_id, NOBODY.user_id, platform_admin=True
        ) as link:
            yield link
