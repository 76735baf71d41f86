"""Puts the sample bases in, as soon as PostgreSQL and its schema are there."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

import psycopg
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger

from . import storage
from .samples import SAMPLE_BASES

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 5.0


class Seeding:
    """A task that seeds once, retrying for as long as the database or schema is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def check(self) -> None:
        """Readiness: raises until the sample bases are in."""
        if self._task is None or not self._task.done():
            raise RuntimeError("the sample bases are not in yet")
        self._task.result()

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._database.transaction() as connection:
                    added = await storage.seed(connection, SAMPLE_BASES)
            except (psycopg.Error, ApiError, OSError) as error:
                logger().warning("cannot seed yet", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                logger().info("sample bases are in", added=added)
                return
