"""Who is signed in: kept in Redis, sealed by a key that only the browser's cookie holds."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from cryptography.fernet import Fernet, InvalidToken
from pyairtable_shared.cache import Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from redis.exceptions import RedisError

# As long as the refresh token lives.
KEPT_SECONDS = 7 * 24 * 3600
# Longer than a renewal may take.
LOCK_SECONDS = 20.0
_COOKIE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in user. expires_at: when the access token ends, in seconds since 1970."""

    access: str
    refresh: str
    expires_at: float
    user_id: str
    tenant_id: str
    email: str


class Sessions:
    """Sessions by their cookie. Redis learns a digest of it and a sealed text, no token."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def begin(self, session: Session) -> str:
        """Keep a new session; return its cookie. Raises ApiError 503, as all here do."""
        cookie = secrets.token_urlsafe(_COOKIE_BYTES)
        await self.keep(cookie, session)
        return cookie

    async def get(self, cookie: str) -> Session | None:
        """Return the session of a cookie."""
        with _redis():
            sealed = await self._cache.client.get(self._key(cookie))
        if sealed is None:
            return None
        try:
            return Session(**json.loads(_seal(cookie).decrypt(sealed)))
        except (InvalidToken, TypeError, ValueError):
            # Kept by a release that wrote it in another way: sign in again.
            return None

    async def keep(self, cookie: str, session: Session) -> None:
        """Keep a session, from now on for as long as a new refresh token lives."""
        sealed = _seal(cookie).encrypt(json.dumps(asdict(session)).encode()).decode()
        with _redis():
            await self._cache.client.set(self._key(cookie), sealed, ex=KEPT_SECONDS)

    async def end(self, cookie: str) -> None:
        """Forget a session."""
        with _redis():
            await self._cache.client.delete(self._key(cookie))

    @asynccontextmanager
    async def alone(self, cookie: str) -> AsyncIterator[None]:
        """Let nobody else, in any replica, renew this session meanwhile."""
        lock = self._cache.client.lock(
            f"{self._key(cookie)}:lock",
            timeout=LOCK_SECONDS,
            sleep=0.05,
            blocking_timeout=LOCK_SECONDS,
        )
        with _redis():
            if not await lock.acquire():
                raise ApiError(503, "session_busy", "That took too long. Try again shortly.")
        try:
            yield
        finally:
            with _redis():
                if await lock.owned():
                    await lock.release()

    def _key(self, cookie: str) -> str:
        return self._cache.key(f"session:{derived(cookie, 'name').hex()}")


class _redis:
    """Turns Redis' own errors into what a person can read."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, RedisError):
            logger().warning("sessions unavailable", error=type(error).__name__)
            message = "Signing in is not possible at the moment. Try again shortly."
            raise ApiError(503, "sessions_unavailable", message) from error


def derived(cookie: str, purpose: str) -> bytes:
    """Return 32 bytes that follow from a cookie, different for each purpose."""
    return hmac.digest(cookie.encode(), f"pyairtable frontend {purpose}".encode(), "sha256")


def _seal(cookie: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(cookie, "seal")))
