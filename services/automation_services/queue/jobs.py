"""Jobs: what is asked of the queue, and how often a failed one is tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from pyairtable_shared.errors import log_unexpected

QUEUE = "automation"
EXTRACT = "extract_text"
EXECUTE = "run_execution"
# Attempts after a failure of the surroundings, and the pause before the first of them.
MOST_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 1
# A job that was taken up so often may be what kills its workers.
MOST_TAKEN = 10

Do = Callable[[JobContext, dict[str, str]], Awaitable[None]]


class _Again(BaseRetryStrategy):
    """At once when the worker stops; with growing pauses when a store is away."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if job.attempts >= MOST_ATTEMPTS:
            return None
        return RetryDecision(retry_in={"seconds": _FIRST_PAUSE_SECONDS * 2**job.attempts})


class Jobs:
    """The queue's jobs. What a job is about stands in its arguments: ids only.

    running: the jobs that this process does now. workers: the ids under which it did.
    """

    def __init__(self) -> None:
        # What it logs of errors would quote their texts; ours is logged here.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        self.running: set[int] = set()
        self.workers: set[int] = set()
        self.app = App(connector=PsycopgConnector())

    def register(self, name: str, do: Do) -> None:
        """Say what is done for jobs of a name."""

        async def task(context: JobContext, /, **arguments: str) -> None:
            self.workers.add(context.job.worker_id or 0)
            self.running.add(context.job.id or 0)
            try:
                await do(context, arguments)
            except JobAborted:
                raise
            except Exception as error:
                log_unexpected(f"job {name} failed", error)
                raise
            finally:
                self.running.discard(context.job.id or 0)

        self.app.task(name=name, queue=QUEUE, pass_context=True, retry=_Again())(task)

    async def defer(
        self,
        link: AsyncConnection[DictRow],
        name: str,
        *,
        lock: str,
        queueing_lock: str | None = None,
        **arguments: str,
    ) -> int:
        """Add a job within a transaction; return its id.

        lock: no two jobs with the same run at once. queueing_lock: no two with the same wait.
        """
        asked = self.app.configure_task(
            name, queue=QUEUE, lock=lock, queueing_lock=queueing_lock or lock, connection=link
        )
        return await asked.defer_async(**arguments)

    async def cancel(self, job_id: int) -> None:
        """Take a waiting job out of the queue; tell the worker of a running one to stop it."""
        await self.app.job_manager.cancel_job_by_id_async(job_id, abort=True, delete_job=True)
