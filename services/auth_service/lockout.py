"""Ten failed sign-ins in 15 minutes lock an account for the rest of them."""

from __future__ import annotations

import hashlib

from pyairtable_shared.cache import Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from redis.exceptions import RedisError

MOST_FAILURES = 10
WINDOW_SECONDS = 15 * 60


class Lockout:
    """Counts failures in Redis. Without Redis sign-in goes on: Argon2 still slows a guesser."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def check(self, email: str) -> None:
        """Raise ApiError 429 when the account is locked."""
        try:
            failures = int(await self._cache.client.get(self._key(email)) or 0)
            rest = await self._cache.client.ttl(self._key(email)) if failures else 0
        except RedisError as error:
            logger().warning("lockout unavailable", error=type(error).__name__)
            return
        if failures >= MOST_FAILURES:
            seconds = str(max(int(rest), 1))
            message = "Too many failed sign-ins; try again later"
            raise ApiError(429, "account_locked", message, {"Retry-After": seconds})

    async def failed(self, email: str) -> None:
        """Count a failure."""
        try:
            async with self._cache.client.pipeline(transaction=True) as pipeline:
                pipeline.incr(self._key(email))
                pipeline.expire(self._key(email), WINDOW_SECONDS, nx=True)
                await pipeline.execute()
        except RedisError as error:
            logger().warning("lockout unavailable", error=type(error).__name__)

    async def succeeded(self, email: str) -> None:
        """Forget the failures."""
        await self._cache.delete(self._name(email))

    def _name(self, email: str) -> str:
        return f"failures:{hashlib.sha256(email.lower().encode()).hexdigest()[:32]}"

    def _key(self, email: str) -> str:
        return self._cache.key(self._name(email))
