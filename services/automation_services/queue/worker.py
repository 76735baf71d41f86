"""The worker: takes jobs from the queue and does them, within the service's process."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from procrastinate.exceptions import ProcrastinateException
from procrastinate.worker import Worker as Loop
from psycopg import OperationalError
from pyairtable_shared.database import Database
from pyairtable_shared.errors import log_unexpected
from pyairtable_shared.logs import logger

from ..settings import Settings
from .jobs import QUEUE, Jobs

_PAUSE_SECONDS = 1.0
# Notifications come at once; this is for one that was lost.
_POLL_SECONDS = 2.0
_ASK_SECONDS = 0.5


class Worker:
    """Runs while the service runs; starts again when the database was away.

    On leaving, jobs have some seconds to end; those that do not go back to the queue.
    """

    def __init__(self, settings: Settings, database: Database, jobs: Jobs) -> None:
        self._settings, self._database, self._jobs = settings, database, jobs
        self._task: asyncio.Task[None] | None = None
        self._loop: Loop | None = None
        self._stopping = False

    async def __aenter__(self) -> Self:
        await self._jobs.app.open_async(self._database.pool)
        self._task = asyncio.create_task(self._forever(), name="worker")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            # Before Python 3.12 a cancellation is lost when a query ends at that moment.
            while not (await asyncio.wait({self._task}, timeout=_ASK_SECONDS))[0]:
                if self._loop is not None:
                    self._loop.stop()  # type: ignore[no-untyped-call]
            with contextlib.suppress(asyncio.CancelledError, ProcrastinateException):
                await self._task
        await self._jobs.app.close_async()

    async def _forever(self) -> None:
        while not self._stopping:
            try:
                await self._run()
            except (ProcrastinateException, OperationalError) as error:
                logger().warning("worker waits", error=type(error).__name__)
            except Exception as error:
                log_unexpected("worker failed", error)
            # Stopping ends with an error when the database is away.
            if not self._stopping:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _run(self) -> None:
        settings = self._settings
        self._loop = Loop(
            app=self._jobs.app,
            queues=[QUEUE],
            name="worker",
            concurrency=settings.worker_concurrency,
            fetch_job_polling_interval=_POLL_SECONDS,
            abort_job_polling_interval=_POLL_SECONDS,
            shutdown_graceful_timeout=settings.worker_grace,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=settings.heartbeat_interval,
            stalled_worker_timeout=settings.stalled_after,
        )
        await self._loop.run()  # type: ignore[no-untyped-call]
