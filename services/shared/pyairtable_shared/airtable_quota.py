"""Calls to Airtable per tenant and day, counted in Redis against the tenant's limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from redis.exceptions import RedisError

from .cache import SHARED, Cache
from .errors import ApiError
from .logs import logger

LIMITS = f"{SHARED}airtable-limits"
"""Hash of tenant id to calls a day; who is not in it has no limit."""

_KEPT_SECONDS = 2 * 24 * 3600


class AirtableQuota:
    """Counts calls, and knows the limits that tenant-service keeps up to date."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def count(self, tenant: UUID) -> None:
        """Count one call. Raises ApiError 403 above the limit; without Redis nobody is."""
        key = _key(tenant)
        try:
            async with self._cache.client.pipeline(transaction=False) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, _KEPT_SECONDS, nx=True)
                pipeline.hget(LIMITS, str(tenant))
                used, _, limit = await pipeline.execute()
        except RedisError as error:
            logger().warning("quota unknown", error=type(error).__name__)
            return
        if limit is not None and used > int(limit):
            message = f"The tenant's plan allows {limit} Airtable calls a day (UTC)"
            raise ApiError(403, "quota_exceeded", message)

    async def used(self, tenant: UUID) -> int | None:
        """Return today's calls, None when Redis is away."""
        try:
            return int(await self._cache.client.get(_key(tenant)) or 0)
        except RedisError:
            return None

    async def replace(self, limits: Mapping[str, int]) -> None:
        """Make these the limits. Raises RedisError when Redis is away."""
        async with self._cache.client.pipeline(transaction=True) as pipeline:
            pipeline.delete(LIMITS)
            if limits:
                pipeline.hset(
                    LIMITS, mapping={tenant: str(most) for tenant, most in limits.items()}
                )
            await pipeline.execute()


def _key(tenant: UUID) -> str:
    return f"{SHARED}airtable-calls:{tenant}:{datetime.now(UTC):%Y-%m-%d}"
