"""What can be done with an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from prometheus_client import Counter
from pyairtable_shared import tokens
from pyairtable_shared.errors import ApiError
from pyairtable_shared.settings import ServiceSettings

from . import passwords
from .lockout import Lockout
from .revocation import Revocation
from .storage import EmailTaken, Storage, User

REFRESH_LIFE = timedelta(days=7)
ATTEMPTS = Counter("auth_login_attempts_total", "Sign-ins tried.")
FAILURES = Counter("auth_login_failures_total", "Sign-ins refused.")


class Accounts:
    """Registration, sign-in, refresh, sign-out, validation."""

    def __init__(
        self, settings: ServiceSettings, storage: Storage, lockout: Lockout, revocation: Revocation
    ) -> None:
        self._settings, self._storage = settings, storage
        self._lockout, self._revocation = lockout, revocation

    async def register(
        self, email: str, password: str, first: str | None, last: str | None, tenant: str | None
    ) -> User:
        """Create an account with a tenant of its own. Raises ApiError 409 and 422."""
        weak = passwords.weakness(password)
        if weak:
            raise ApiError(422, "weak_password", weak)
        stored = await passwords.hashed(password)
        name = tenant or email.partition("@")[0]
        try:
            return await self._storage.create_account(email, stored, first, last, name)
        except EmailTaken as error:
            raise ApiError(409, "email_taken", "There is an account with this e-mail") from error

    async def login(self, email: str, password: str) -> dict[str, Any]:
        """Return new tokens. Raises ApiError 401 and 429."""
        ATTEMPTS.inc()
        await self._lockout.check(email)
        user = await self._storage.by_email(email)
        right = await passwords.matches(user["password_hash"] if user else None, password)
        if user is None or not right:
            FAILURES.inc()
            await self._lockout.failed(email)
            raise ApiError(401, "invalid_credentials", "E-mail or password is wrong")
        await self._lockout.succeeded(email)
        return await self._issue(user, uuid4())

    async def refresh(self, token: str) -> dict[str, Any]:
        """Return new tokens for a refresh token, which is used up. Raises ApiError 401."""
        user = await self._storage.use_refresh_token(_digest(token))
        if user is None:
            raise ApiError(401, "invalid_refresh_token", "Sign in again")
        return await self._issue(user, user["family"])

    async def logout(self, token: str | None) -> None:
        """Revoke the access token and all refresh tokens of its user."""
        claims = await self.validate(token)
        await self._revocation.revoke(claims)
        await self._storage.revoke_refresh_tokens(UUID(claims.sub))

    async def validate(self, token: str | None) -> tokens.Claims:
        """Return what a token says. Raises ApiError 401 when it does not count."""
        try:
            claims = tokens.verify(self._settings.jwt_secret, token or "")
        except tokens.InvalidToken as error:
            raise ApiError(401, "invalid_token", "Sign in again") from error
        if await self._revocation.revoked(claims):
            raise ApiError(401, "invalid_token", "Sign in again")
        return claims

    async def _issue(self, user: User, family: UUID) -> dict[str, Any]:
        access, _ = tokens.make(
            self._settings.jwt_secret,
            sub=str(user["id"]),
            email=user["email"],
            role=user["role"],
            tenant_id=str(user["tenant_id"]),
        )
        refresh = secrets.token_urlsafe(48)
        expires = datetime.now(UTC) + REFRESH_LIFE
        await self._storage.add_refresh_token(_digest(refresh), family, user["id"], expires)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": tokens.ACCESS_SECONDS,
        }


def _digest(token: str) -> bytes:
    """A refresh token is random enough for a plain hash."""
    return hashlib.sha256(token.encode()).digest()
