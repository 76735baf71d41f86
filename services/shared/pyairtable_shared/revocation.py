"""Access tokens revoked before their end: listed in Redis until then, for all services."""

from __future__ import annotations

from collections.abc import Iterable

from redis.exceptions import RedisError

from .cache import SHARED, Cache
from .errors import ApiError
from .tokens import ACCESS_SECONDS, LEEWAY_SECONDS

# No token that exists now counts after this.
_KEPT_SECONDS = ACCESS_SECONDS + LEEWAY_SECONDS


class Revocation:
    """The list of revoked tokens in Redis, by their jti."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def revoke(self, jtis: Iterable[str]) -> None:
        """Revoke tokens. Raises ApiError 503 when that cannot be stored."""
        try:
            async with self._cache.client.pipeline(transaction=True) as pipeline:
                for jti in jtis:
                    pipeline.set(_key(jti), "1", ex=_KEPT_SECONDS)
                await pipeline.execute()
        except RedisError as error:
            raise _unavailable() from error

    async def revoked(self, jti: str) -> bool:
        """Whether a token was revoked. Raises ApiError 503 when that cannot be known."""
        try:
            return bool(await self._cache.client.exists(_key(jti)))
        except RedisError as error:
            raise _unavailable() from error


def _key(jti: str) -> str:
    return f"{SHARED}revoked:{jti}"


def _unavailable() -> ApiError:
    return ApiError(503, "revocation_unavailable", "Try again in a moment")
