"""The gateway as a signed-in user reaches it; tokens are renewed on the way."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx
from prometheus_client import Counter

from .gateway import Call, Gateway, GatewayError
from .sessions import Session, Sessions

RENEWALS = Counter("frontend_token_renewals_total", "Access tokens renewed.", ["result"])
# Renewed so long before its end: it must last for the request, and clocks differ.
MARGIN_SECONDS = 60.0
RENEWAL_SECONDS = 10.0
_Answer = TypeVar("_Answer")


class SignInNeeded(Exception):
    """Nobody is signed in, or not any more."""


class Api:
    """The gateway for one user. session: as it was when the request came."""

    def __init__(self, gateway: Gateway, sessions: Sessions, cookie: str, session: Session) -> None:
        self._gateway, self._sessions, self._cookie = gateway, sessions, cookie
        self.session = session

    async def get(self, path: str, **params: Any) -> Any:
        """Read something. Raises GatewayError and SignInNeeded, as all here do."""
        given = {name: value for name, value in params.items() if value is not None}
        return await self.call(Call(method="GET", path=path, params=given))

    async def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **more: Any
    ) -> Any:
        """Write something."""
        return await self.call(Call(method=method, path=path, json=body, **more))

    async def call(self, call: Call) -> Any:
        """Send a request."""
        return await self._tried(call, self._gateway.call)

    async def open(self, call: Call) -> httpx.Response:
        """Send a request whose answer is streamed; the caller closes it."""
        return await self._tried(call, self._gateway.open)

    async def _tried(self, call: Call, send: Callable[[Call, str], Awaitable[_Answer]]) -> _Answer:
        """Send a request, a second time when the token turns out to be over."""
        token = await self._token()
        try:
            return await send(call, token)
        except GatewayError as error:
            if error.status != 401:
                raise
        if not call.repeatable:
            raise SignInNeeded
        await self._renew(token)
        try:
            return await send(call, self.session.access)
        except GatewayError as error:
            if error.status == 401:
                raise SignInNeeded from error
            raise

    async def renew(self) -> None:
        """Get new tokens: what the old ones say of the user counts no more."""
        await self._renew(self.session.access)

    async def _token(self) -> str:
        if self.session.expires_at - MARGIN_SECONDS <= time.time():
            await self._renew(self.session.access)
        return self.session.access

    async def _renew(self, stale: str) -> None:
        # Not broken off with the request: the old refresh token is used up by it.
        self.session = await asyncio.shield(asyncio.ensure_future(self._renewed(stale)))

    async def _renewed(self, stale: str) -> Session:
        """Renew the session once, whoever else finds it stale at the same time."""
        async with self._sessions.alone(self._cookie):
            present = await self._sessions.get(self._cookie)
            if present is None:
                raise SignInNeeded
            if present.access != stale:
                return present
            try:
                renewed = await refreshed(self._gateway, present.refresh)
            except GatewayError as error:
                RENEWALS.labels("refused" if error.status == 401 else "failed").inc()
                if error.status == 401:
                    await self._sessions.end(self._cookie)
                    raise SignInNeeded from error
                raise
            await self._sessions.keep(self._cookie, renewed)
            RENEWALS.labels("renewed").inc()
            return renewed


async def signed_in(gateway: Gateway, email: str, password: str) -> Session:
    """Sign in. Raises GatewayError."""
    body = {"email": email, "password": password}
    return _session(
        await gateway.call(Call(method="POST", path="/auth/login", json=body), token=None)
    )


async def refreshed(gateway: Gateway, refresh: str) -> Session:
    """Use a refresh token up. Raises GatewayError."""
    call = Call(
        method="POST",
        path="/auth/refresh",
        json={"refresh_token": refresh},
        seconds=RENEWAL_SECONDS,
    )
    return _session(await gateway.call(call, token=None))


def _session(tokens: Any) -> Session:
    try:
        claims = _claims(tokens["access_token"])
        return Session(
            access=tokens["access_token"],
            refresh=tokens["refresh_token"],
            expires_at=time.time() + float(tokens["expires_in"]),
            user_id=str(claims["sub"]),
            tenant_id=str(claims["tenant_id"]),
            email=str(claims["email"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayError(502, "unreadable_answer", "Signing in failed. Try again.") from error


def _claims(token: str) -> dict[str, Any]:
    """What a token says; the gateway, from which it came, vouches for it."""
    middle = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims
