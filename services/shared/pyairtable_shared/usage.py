"""What users use, on its way to the analytics: a stream in Redis that platform-services reads."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from uuid import UUID, uuid4

from prometheus_client import Counter
from redis.exceptions import RedisError

from .cache import SHARED, Cache
from .logs import logger

STREAM = f"{SHARED}usage"
FIELD = "event"
"""Each entry has this one field: an event as JSON, with `tenant_id` and `user_id`."""

# Bounds of what waits: in Redis while nobody reads, here while Redis is away.
MOST_IN_STREAM = 100_000
MOST_OWED = 10_000
_AT_ONCE = 200
FLUSH_SECONDS = 5.0
LOST = Counter("usage_events_lost_total", "Events that could not be kept for the analytics.")


class UsageLog:
    """Notes what was used. What Redis does not take now it is given when it is back."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._owed: deque[str] = deque()
        self._turn = asyncio.Lock()

    async def note(
        self,
        tenant: UUID,
        user: UUID,
        name: str,
        *,
        value: float,
        cost_usd: Decimal | float | None = None,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Note one use and give it to Redis; the rest is as for owe."""
        self.owe(tenant, user, name, value=value, cost_usd=cost_usd, properties=properties)
        await self.flush()

    def owe(
        self,
        tenant: UUID,
        user: UUID,
        name: str,
        *,
        value: float,
        cost_usd: Decimal | float | None = None,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Note one use, which counts once however often it is passed on; never waits or raises.

        name: of the event in the reports. value: how much was used.
        """
        event = {
            "tenant_id": str(tenant),
            "user_id": str(user),
            "id": str(uuid4()),
            "name": name,
            "occurred_at": datetime.now(UTC).isoformat(),
            "value": value,
            "cost_usd": None if cost_usd is None else f"{cost_usd:.6f}",
            "properties": dict(properties or {}),
        }
        if len(self._owed) >= MOST_OWED:
            LOST.inc()
            return
        self._owed.append(json.dumps(event))

    async def flush(self) -> None:
        """Give Redis what it has not taken yet."""
        async with self._turn:
            while self._owed:
                batch = list(islice(self._owed, _AT_ONCE))
                try:
                    await self._add(batch)
                except RedisError as error:
                    logger().warning("usage waits", error=type(error).__name__)
                    return
                for _ in batch:
                    self._owed.popleft()

    async def _add(self, batch: list[str]) -> None:
        async with self._cache.client.pipeline(transaction=True) as pipeline:
            for event in batch:
                pipeline.xadd(STREAM, {FIELD: event}, maxlen=MOST_IN_STREAM, approximate=True)
            await pipeline.execute()
