"""Access tokens that count no more before their end: listed in Redis, for all services.

A token is listed by its own id, or with all others of its user who is gone.
"""

from __future__ import annotations

from collections.abc import Iterable

from redis.exceptions import RedisError

from .cache import SHARED, Cache
from .errors import ApiError
from .tokens import ACCESS_SECONDS, LEEWAY_SECONDS

REVOKED = f"{SHARED}revoked:"
"""Before the id of a token."""

GONE = f"{SHARED}gone:"
"""Before the id of a user."""

# No token that exists now counts after this.
_KEPT_SECONDS = ACCESS_SECONDS + LEEWAY_SECONDS


class Revocation:
    """The lists of revoked tokens, by their jti, and of removed users, by their id."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def revoke(self, jtis: Iterable[str]) -> None:
        """Revoke tokens. Raises ApiError 503 when that cannot be stored."""
        await self._keep(_key(jti) for jti in jtis)

    async def remove(self, users: Iterable[str]) -> None:
        """Revoke all tokens of removed users. Raises ApiError 503 when that cannot be stored."""
        await self._keep(_gone(user) for user in users)

    async def _keep(self, keys: Iterable[str]) -> None:
        try:
            async with self._cache.client.pipeline(transaction=True) as pipeline:
                for key in keys:
                    pipeline.set(key, "1", ex=_KEPT_SECONDS)
                await pipeline.execute()
        except RedisError as error:
            raise _unavailable() from error

    async def revoked(self, jti: str, user: str) -> bool:
        """Whether a token counts no more. Raises ApiError 503 when that cannot be known."""
        try:
            return bool(await self._cache.client.exists(_key(jti), _gone(user)))
        except RedisError as error:
            raise _unavailable() from error


def _key(jti: str) -> str:
    return f"{REVOKED}{jti}"


def _gone(user: str) -> str:
    return f"{GONE}{user}"


def _unavailable() -> ApiError:
    return ApiError(503, "revocation_unavailable", "Try again in a moment")
