"""How many tokens a tenant may use in a day."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pyairtable_shared.cache import Cache

from .failures import budget_exceeded, store

KEPT_SECONDS = 2 * 24 * 3600
"""A day's count is kept until the day is over everywhere, then goes by itself."""


def _utc() -> datetime:
    return datetime.now(UTC)


class Budget:
    """Counts in Redis, for all replicas. A request that has begun is let end: the count may go
    over the limit by the requests that ran when it was reached.
    """

    def __init__(self, cache: Cache, limit: int, clock: Callable[[], datetime] = _utc) -> None:
        self._cache, self._limit, self._clock = cache, limit, clock

    async def check(self, tenant: UUID) -> None:
        """Raise ApiError 429 when the tenant has used the day's tokens."""
        with store():
            used = int(await self._cache.client.get(self._key(tenant)) or 0)
        if used >= self._limit:
            raise budget_exceeded(self._limit, self._seconds_left())

    async def spend(self, tenant: UUID, tokens: int) -> None:
        """Count tokens that were used."""
        key = self._key(tenant)
        with store():
            async with self._cache.client.pipeline(transaction=True) as pipe:
                pipe.incrby(key, tokens)
                pipe.expire(key, KEPT_SECONDS)
                await pipe.execute()

    def _key(self, tenant: UUID) -> str:
        return self._cache.key(f"tokens:{tenant}:{self._clock():%Y-%m-%d}")

    def _seconds_left(self) -> int:
        now = self._clock()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(math.ceil((midnight - now).total_seconds()), 1)
