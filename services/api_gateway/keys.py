"""API keys of users: whose they are, asked of platform-services each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from prometheus_client import Counter
from pyairtable_shared import request_context
from pyairtable_shared.errors import ApiError
from pyairtable_shared.suspension import suspended
from pyairtable_shared.tokens import Claims
from pyairtable_shared.usage import UsageLog

from .domain.routes import Route
from .domain.scopes import opens
from .identity import FreshSecret, invalid_token
from .upstreams import Upstreams, unavailable

KEYS = Counter("gateway_api_key_requests_total", "Requests with an API key.", ["outcome"])
PREFIX = "pak_"
SERVICE = "platform-services"
ASK_SECONDS = 5.0
USED = "api_key.request"
"""The event of a request with a key, which names the key by its id."""
NEVER = 2**53
"""The end of a key that has none, in seconds since 1970."""


@dataclass(frozen=True)
class Holder:
    """For whom a key counts and what it opens. key_id: None when it is not told."""

    claims: Claims
    scopes: frozenset[str]
    key_id: str | None


class ApiKeys:
    """Knows keys. None is remembered, so that a revoked one counts no more at once."""

    def __init__(self, upstreams: Upstreams, api_key: FreshSecret, usage: UsageLog) -> None:
        self._upstreams, self._api_key, self._usage = upstreams, api_key, usage

    async def claims(self, key: str, route: Route, method: str) -> Claims:
        """Return for whom a key counts, and note the use of a key that does.

        Raises ApiError: 401 when it does not, 403 when its scopes do not open the route or its
        tenant is suspended, 503 when that cannot be known.
        """
        try:
            holder = await self.holder(key)
            self._note(holder)
            if not opens(route, method, holder.scopes):
                raise _out_of_scope()
        except ApiError as error:
            KEYS.labels("refused" if error.status < 500 else "failed").inc()
            raise
        KEYS.labels("valid").inc()
        return holder.claims

    def _note(self, holder: Holder) -> None:
        if holder.key_id is None:
            return
        tenant, user = UUID(holder.claims.tenant_id), UUID(holder.claims.sub)
        self._usage.owe(tenant, user, USED, value=1, properties={"key_id": holder.key_id})

    async def holder(self, key: str) -> Holder:
        """Return for whom a key counts. Raises ApiError 401, 403, 503."""
        upstream = self._upstreams[SERVICE]
        url = f"{upstream.enter()}/auth/verify"
        headers = {
            "Content-Type": "application/json",
            "X-API-Key": self._api_key.value(),
            "X-Request-ID": request_context.request_id(),
        }
        try:
            async with self._upstreams.session.post(
                url,
                json={"token": key},
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=ASK_SECONDS),
            ) as answer:
                status, body = answer.status, await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            upstream.failed()
            raise unavailable(SERVICE) from error
        except BaseException:
            upstream.abandoned()
            raise
        upstream.succeeded()
        if status == 403:
            raise suspended()
        if status in (401, 422):
            raise invalid_token()
        if status != 200:
            raise unavailable(SERVICE)
        return Holder(_claims(body), frozenset(body["scopes"] or ()), body.get("key_id"))


def is_key(token: str | None) -> bool:
    """Whether a bearer token is an API key."""
    return token is not None and token.startswith(PREFIX)


def _claims(body: Any) -> Claims:
    return Claims(
        sub=str(body["user_id"]),
        email=str(body["email"]),
        role=str(body["role"]),
        tenant_id=str(body["tenant_id"]),
        jti="",
        iat=0,
        exp=NEVER if body["exp"] is None else int(body["exp"]),
    )


def _out_of_scope() -> ApiError:
    return ApiError(
        403,
        "insufficient_scope",
        "The scopes of this API key do not allow this. Make one with the scope read or write.",
    )
