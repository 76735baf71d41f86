"""Suspended tenants, listed in Redis for all who let requests in."""

from __future__ import annotations

from collections.abc import Collection

from redis.exceptions import RedisError

from .cache import SHARED, Cache
from .errors import ApiError
from .logs import logger

SUSPENDED = f"{SHARED}suspended"
"""The set of their ids. Without an expiry, so that nothing evicts it."""


class Suspension:
    """The list of suspended tenants."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def replace(self, tenants: Collection[str]) -> None:
        """Make these the suspended ones. Raises RedisError when Redis is away."""
        async with self._cache.client.pipeline(transaction=True) as pipeline:
            pipeline.delete(SUSPENDED)
            if tenants:
                pipeline.sadd(SUSPENDED, *tenants)
            await pipeline.execute()

    async def refuse(self, tenant: str) -> None:
        """Raise ApiError 403 for a suspended tenant; without Redis nobody is."""
        try:
            found = await self._cache.client.sismember(SUSPENDED, tenant)
        except RedisError as error:
            logger().warning("suspension unknown", error=type(error).__name__)
            return
        if found:
            raise suspended()


def suspended() -> ApiError:
    """The error that everybody of a suspended tenant sees."""
    return ApiError(403, "tenant_suspended", "Your organisation is suspended")
