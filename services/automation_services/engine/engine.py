"""The job that runs an execution: step after step, from where it was left."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID

from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason
from prometheus_client import Counter
from pyairtable_shared.logs import logger
from pyairtable_shared.service_auth import Caller

from ..queue.jobs import MOST_TAKEN
from ..settings import Settings
from .failures import CancelRequested, StepFailed, Superseded
from .log import ExecutionLog, Taken
from .steps import Steps

EXECUTIONS = Counter("workflow_executions_total", "Executions that ended.", ["status"])
# Of the time that an execution has, so that one whose worker was killed can still end well.
_LEAST_SECONDS = 1.0


class Engine:
    """Runs executions."""

    def __init__(self, settings: Settings, log: ExecutionLog, steps: Steps) -> None:
        self._default = settings.default_workflow_timeout
        self._log, self._steps = log, steps

    async def do(self, context: JobContext, arguments: dict[str, str]) -> None:
        """Run the execution that a job names."""
        caller = Caller(
            user_id=UUID(arguments["user_id"]), tenant_id=UUID(arguments["tenant_id"]), role="user"
        )
        taken = await self._log.take(caller, UUID(arguments["execution_id"]))
        if taken is None:
            return
        try:
            await self._run(context, taken)
        except Superseded:
            logger().warning("execution superseded", execution_id=str(taken.id))

    async def _run(self, context: JobContext, taken: Taken) -> None:
        clock = Clock(taken.row["elapsed"])
        try:
            status, error = await self._outcome(taken, clock)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.USER_REQUEST:
                await asyncio.shield(self._finish(taken, "cancelled", "It was cancelled"))
                raise JobAborted from None
            # The worker stops: another goes on from the last step that is done.
            await asyncio.shield(self._log.paused(taken, clock.elapsed()))
            raise
        await self._finish(taken, status, error)

    async def _outcome(self, taken: Taken, clock: Clock) -> tuple[str, str | None]:
        if taken.attempt > MOST_TAKEN:
            return "failed", "Its workers ended unexpectedly too often"
        most = taken.row["definition"]["timeout_seconds"] or self._default
        limit = asyncio.timeout(max(most - clock.elapsed(), _LEAST_SECONDS))
        try:
            async with limit:
                await self._steps.run(taken, clock.elapsed)
        except TimeoutError:
            if not limit.expired():
                raise
            return "timed_out", f"It took longer than {most} seconds"
        except CancelRequested:
            return "cancelled", "It was cancelled"
        except StepFailed as failed:
            return "failed", str(failed)
        return "succeeded", None

    async def _finish(self, taken: Taken, status: str, error: str | None) -> None:
        await self._log.finish(taken, status, error)
        EXECUTIONS.labels(status).inc()
        told: dict[str, Any] = {"execution_id": str(taken.id), "status": status}
        logger().info("execution ended", **told)


class Clock:
    """How long an execution was worked on, with what it had before."""

    def __init__(self, before: float) -> None:
        self._before, self._started = before, time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds."""
        return self._before + time.monotonic() - self._started
