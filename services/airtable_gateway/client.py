"""Requests to Airtable: pyairtable in a bounded number of threads, in turn, with retries."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import requests
from prometheus_client import Counter, Histogram
from pyairtable import Api
from pyairtable_shared.airtable_quota import AirtableQuota
from pyairtable_shared.usage import UsageLog

from .callers import TENANT, USER
from .domain.failures import exhausted, not_configured, status_of, translated
from .domain.turns import Exhausted
from .settings import Settings
from .turns import Turns

T = TypeVar("T")
Call = Callable[[Api], T]

CALL = "airtable.call"
"""What the reports name a request to Airtable."""

REQUESTS = Counter("airtable_requests_total", "Requests sent to Airtable.", ["status"])
WAITED = Histogram(
    "airtable_turn_wait_seconds",
    "Time that requests waited for their turn.",
    buckets=(0.01, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


class AirtableClient:
    """Runs calls of pyairtable. One call must be one HTTP request."""

    def __init__(
        self, settings: Settings, turns: Turns, quota: AirtableQuota, usage: UsageLog
    ) -> None:
        self._settings, self._turns, self._quota, self._usage = settings, turns, quota, usage
        self._local = threading.local()
        self._threads = ThreadPoolExecutor(settings.airtable_threads, "airtable")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, base: str, call: Call[T], *, repeatable: bool) -> T:
        """The result of a call, made when it is the base's turn.

        repeatable: may be sent again when it is not known whether it arrived.
        Raises ApiError for what Airtable refuses, and when it cannot be asked.
        """
        if not self._settings.airtable_token:
            raise not_configured()
        for left in range(self._settings.airtable_retries, -1, -1):
            if (tenant := TENANT.get()) is not None:
                await self._quota.count(tenant)
            await self._turn(base)
            await self._note(base)
            try:
                return await self._send(call)
            except requests.RequestException as error:
                if not left or not await self._again(base, error, repeatable):
                    raise translated(error) from error
        raise AssertionError("the last attempt returns or raises")

    async def _note(self, base: str) -> None:
        tenant, user = TENANT.get(), USER.get()
        if tenant is not None and user is not None:
            await self._usage.note(tenant, user, CALL, value=1, properties={"base": base})

    async def _turn(self, base: str) -> None:
        waited = 0.0
        try:
            while wait := await self._turns.take(base):
                await asyncio.sleep(wait)
                waited += wait
                # Who was refused meanwhile has blocked the base: queue again.
                if not (blocked := await self._turns.blocked(base)):
                    break
                if waited + blocked > self._settings.airtable_longest_wait:
                    raise Exhausted(blocked)
        except Exhausted as error:
            raise exhausted(error) from error
        WAITED.observe(waited)

    async def _again(self, base: str, error: requests.RequestException, repeatable: bool) -> bool:
        if status_of(error) == 429:
            await self._turns.block(base, self._penalty(error))
            return True
        return repeatable and (status_of(error) == 0 or status_of(error) >= 500)

    def _penalty(self, error: requests.RequestException) -> float:
        said = error.response.headers.get("Retry-After", "") if error.response is not None else ""
        return float(said) if said.isdigit() else self._settings.airtable_penalty_seconds

    async def _send(self, call: Call[T]) -> T:
        try:
            result = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._in_thread, call
            )
        except requests.RequestException as error:
            REQUESTS.labels(str(status_of(error) or "none")).inc()
            raise
        REQUESTS.labels("200").inc()
        return result

    def _in_thread(self, call: Call[T]) -> T:
        # A session belongs to one thread; the token may have been rotated since.
        api: Api | None = getattr(self._local, "api", None)
        if api is None:
            seconds = self._settings.airtable_timeout
            api = self._local.api = Api(
                self._settings.airtable_token,
                timeout=(min(seconds, 5), seconds),
                retry_strategy=None,
                endpoint_url=self._settings.airtable_api_url,
            )
        elif api.api_key != (token := self._settings.airtable_token):
            api.api_key = token
        return call(api)
