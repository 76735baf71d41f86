"""Ten failed sign-ins in 15 minutes lock an account."""

from __future__ import annotations

import hashlib
import math
import time
import uuid
from collections.abc import Sequence
from typing import Any

from pyairtable_shared.cache import Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from redis.exceptions import RedisError

from .failures import MOST_FAILURES, WINDOW_SECONDS, RecentFailures, locked_for

# After Redis did not answer, it is asked again only so much later.
PAUSE_SECONDS = 2.0


class Lockout:
    """Keeps the times of failures in Redis, for all replicas, and in this process too.

    While Redis is away the process's own memory decides: sign-in stays possible, and guessing
    stays slow, ten failures a replica.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._own = RecentFailures()
        self._ask_again_at = 0.0

    async def check(self, email: str) -> None:
        """Raise ApiError 429 when the account is locked, existing or not."""
        seconds = locked_for(await self._failures(_account(email)), time.time())
        if seconds > 0:
            message = "Too many failed sign-ins; try again later"
            headers = {"Retry-After": str(math.ceil(seconds))}
            raise ApiError(429, "account_locked", message, headers)

    async def failed(self, email: str) -> None:
        """Remember a failure."""
        account, now = _account(email), time.time()
        self._own.add(account, now)
        if not self._asks():
            return
        key = self._cache.key(account)
        try:
            async with self._cache.client.pipeline(transaction=True) as pipeline:
                pipeline.zadd(key, {uuid.uuid4().hex: now})
                pipeline.zremrangebyrank(key, 0, -MOST_FAILURES - 1)
                pipeline.expire(key, WINDOW_SECONDS)
                await pipeline.execute()
        except RedisError as error:
            self._away(error)

    async def succeeded(self, email: str) -> None:
        """Forget the failures."""
        account = _account(email)
        self._own.forget(account)
        if self._asks():
            await self._cache.delete(account)

    async def _failures(self, account: str) -> Sequence[float]:
        if not self._asks():
            return self._own.of(account)
        key = self._cache.key(account)
        try:
            found: Any = await self._cache.client.zrange(key, -MOST_FAILURES, -1, withscores=True)
        except RedisError as error:
            self._away(error)
            return self._own.of(account)
        return [float(score) for _, score in found]

    def _asks(self) -> bool:
        return time.monotonic() >= self._ask_again_at

    def _away(self, error: RedisError) -> None:
        self._ask_again_at = time.monotonic() + PAUSE_SECONDS
        logger().warning("failures are counted per replica", error=type(error).__name__)


def _account(email: str) -> str:
    return f"failures:{hashlib.sha256(email.lower().encode()).hexdigest()[:32]}"
