"""What can be done with an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prometheus_client import Counter
from pyairtable_shared import request_context, tokens
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.suspension import Suspension

from .lockout import Lockout
from .passwords import Passwords, weakness
from .sessions import Pair, Reused, Sessions
from .settings import Settings
from .storage import EmailTaken, User, Users

ATTEMPTS = Counter("auth_login_attempts_total", "Sign-ins tried.")
FAILURES = Counter("auth_login_failures_total", "Sign-ins refused.")
REUSES = Counter("auth_refresh_reuse_total", "Refresh tokens that were used twice.")


class Accounts:
    """Registration, sign-in, refresh, sign-out, validation."""

    def __init__(
        self,
        settings: Settings,
        users: Users,
        sessions: Sessions,
        lockout: Lockout,
        revocation: Revocation,
        suspension: Suspension,
    ) -> None:
        self._settings, self._users, self._sessions = settings, users, sessions
        self._lockout, self._revocation, self._suspension = lockout, revocation, suspension
        self._passwords = Passwords()

    async def register(
        self, email: str, password: str, first: str | None, last: str | None, tenant: str | None
    ) -> User:
        """Create an account with a tenant of its own. Raises ApiError 409 and 422."""
        weak = weakness(password)
        if weak:
            raise ApiError(422, "weak_password", weak)
        async with self._passwords.turn():
            stored = await self._passwords.hashed(password)
        name = tenant or email.partition("@")[0]
        try:
            return await self._users.create(email, stored, first, last, name)
        except EmailTaken as error:
            raise ApiError(409, "email_taken", "There is an account with this e-mail") from error

    async def login(self, email: str, password: str) -> dict[str, Any]:
        """Return new tokens. Raises ApiError 401, 403 and 429."""
        ATTEMPTS.inc()
        user = await self._users.by_email(email)
        try:
            await self._admit(email, user, password)
        except ApiError:
            FAILURES.inc()
            raise
        if user is None:
            raise RuntimeError("nobody was signed in")
        await self._lockout.succeeded(email)
        await self._suspension.refuse(str(user["tenant_id"]))
        request_context.user(str(user["id"]))
        return self._answer(user, await self._sessions.begin(user["id"]))

    async def _admit(self, email: str, user: User | None, password: str) -> None:
        # The lock is looked at inside of a turn: many guesses at once cannot outrun it.
        async with self._passwords.turn():
            await self._lockout.check(email)
            if await self._passwords.matches(user["password_hash"] if user else None, password):
                return
            await self._lockout.failed(email)
        raise ApiError(401, "invalid_credentials", "E-mail or password is wrong")

    async def refresh(self, token: str) -> dict[str, Any]:
        """Return new tokens for a refresh token, which is used up. Raises ApiError 401, 403."""
        try:
            # Who is suspended has the token still, for when that is over.
            renewed = await self._sessions.renew(token, self._not_suspended)
        except Reused as reused:
            REUSES.inc()
            logger().warning("a refresh token was used twice; its family is revoked")
            await self._revocation.revoke(reused.jtis)
            raise _sign_in_again() from reused
        if renewed is None:
            raise _sign_in_again()
        user, pair = renewed
        request_context.user(str(user["id"]))
        return self._answer(user, pair)

    async def _not_suspended(self, user: User) -> None:
        await self._suspension.refuse(str(user["tenant_id"]))

    async def logout(self, token: str | None) -> None:
        """Revoke the access token and all that came from the same sign-in."""
        claims = await self.validate(token)
        async with self._sessions.ending(claims.jti) as jtis:
            await self._revocation.revoke({claims.jti, *jtis})

    async def validate(self, token: str | None) -> tokens.Claims:
        """Return what a token says. Raises ApiError 401 when it does not count."""
        try:
            claims = tokens.verify(self._settings.jwt_secrets, token or "")
        except tokens.InvalidToken as error:
            raise _invalid() from error
        if await self._revocation.revoked(claims.jti, claims.sub):
            raise _invalid()
        if not await self._users.exists(UUID(claims.sub)):
            raise _invalid()
        request_context.user(claims.sub)
        return claims

    def _answer(self, user: User, pair: Pair) -> dict[str, Any]:
        access, _ = tokens.make(
            self._settings.jwt_secret,
            sub=str(user["id"]),
            email=user["email"],
            role=user["role"],
            tenant_id=str(user["tenant_id"]),
            jti=pair.jti,
        )
        return {
            "access_token": access,
            "refresh_token": pair.refresh,
            "token_type": "Bearer",
            "expires_in": tokens.ACCESS_SECONDS,
        }


def _sign_in_again() -> ApiError:
    return ApiError(401, "invalid_refresh_token", "Sign in again")


def _invalid() -> ApiError:
    return ApiError(401, "invalid_token", "Sign in again", {"WWW-Authenticate": "Bearer"})
