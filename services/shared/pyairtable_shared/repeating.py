"""Work that is done again and again in the background of a service."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from psycopg import OperationalError
from redis.exceptions import RedisError

from .errors import ApiError, log_unexpected
from .logs import logger


class Repeating:
    """Does some work at once and then after each pause, while entered.

    name: of the work, for the log. seconds: the pause. once_more: whether it is done at the end
    too. What fails is logged and done again.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        work: Callable[[], Awaitable[object]],
        *,
        once_more: bool = False,
    ) -> None:
        self._name, self._seconds, self._work = name, seconds, work
        self._once_more = once_more
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._forever(), name=self._name)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Before Python 3.12 a cancellation is lost when a query ends at that moment; the flag
        # is seen after that.
        self._stopping.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._once_more:
            await self._do()

    async def _do(self) -> None:
        try:
            await self._work()
        except (ApiError, OperationalError, RedisError) as error:
            logger().warning(f"{self._name} waits", error=type(error).__name__)
        except Exception as error:
            log_unexpected(f"{self._name} failed", error)

    async def _forever(self) -> None:
        while not self._stopping.is_set():
            await self._do()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._stopping.wait()
