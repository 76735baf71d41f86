"""Access tokens that were revoked before their end; kept until then, read by the gateway."""

from __future__ import annotations

import time

from pyairtable_shared.cache import SHARED, Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.tokens import LEEWAY_SECONDS, Claims
from redis.exceptions import RedisError


class Revocation:
    """The list of revoked tokens in Redis, by their jti."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def revoke(self, claims: Claims) -> None:
        """Revoke a token. Raises ApiError 503 when that cannot be stored."""
        seconds = max(claims.exp - int(time.time()), 1) + LEEWAY_SECONDS
        try:
            await self._cache.client.set(_key(claims.jti), "1", ex=seconds)
        except RedisError as error:
            raise ApiError(503, "revocation_unavailable", "Try again in a moment") from error

    async def revoked(self, claims: Claims) -> bool:
        """Whether a token was revoked. Raises ApiError 503 when that cannot be known."""
        try:
            return bool(await self._cache.client.exists(_key(claims.jti)))
        except RedisError as error:
            raise ApiError(503, "revocation_unavailable", "Try again in a moment") from error


def _key(jti: str) -> str:
    return f"{SHARED}revoked:{jti}"
