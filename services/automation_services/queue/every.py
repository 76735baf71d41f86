"""Something that is done again and again while the service runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from psycopg import OperationalError
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger

from ..failures import log_failure


class Every:
    """Does something at a fixed interval. What fails is logged and done again."""

    def __init__(self, name: str, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
        self._name, self._seconds, self._do = name, seconds, do
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._forever(), name=self._name)
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
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while not self._stopping:
            try:
                await self._do()
            except (ApiError, OperationalError) as error:
                logger().warning(f"{self._name} waits", error=type(error).__name__)
            except Exception as error:
                log_failure(self._name, error)
            # Before Python 3.12, a cancellation is lost when a query ends at that moment.
            if not self._stopping:
                await asyncio.sleep(self._seconds)
