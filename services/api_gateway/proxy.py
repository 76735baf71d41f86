"""One HTTP request passed on to its service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from pyairtable_shared.errors import ApiError
from starlette.types import Receive, Send
from yarl import URL

from .bodies import ClientGone, RequestBody
from .domain.routes import Route
from .lasting import Over
from .relay import relay
from .upstreams import Upstream, Upstreams, broken, late, not_deployed, unavailable

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
RETRY_PAUSE = 0.1
"""Seconds before the second attempt; the router finds a dead server within that time."""

UPLOAD_SECONDS = 600.0
"""Time that a streamed body may take in addition to the upstream's timeout."""

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_ROUTER_FAILED = frozenset({502, 503})
_ROUTER_UNKNOWN = b'"unknown_service"'


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes to its service. target: path and query; seconds: its timeout.

    over: returns when the caller's token counts no more; None where none is needed.
    """

    route: Route
    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: RequestBody
    seconds: float
    over: Over | None = None

    @property
    def may_repeat(self) -> bool:
        """Whether it does no harm to send it twice."""
        return self.method in IDEMPOTENT and not self.body.streamed


class Proxy:
    """Passes requests on."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def pass_on(
        self, out: Outgoing, extra: Sequence[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        """Send the request, and its answer with extra headers back.

        Raises ApiError while nothing was answered; ClientGone when nobody listens any more.
        """
        upstream = self._upstreams[out.route.service]
        url = upstream.enter()
        response = await self._asked(upstream, out, url)
        try:
            await relay(response, out.method, out.route, url, extra, receive, send, out.over)
        except aiohttp.ClientError as error:
            raise broken(upstream.name) from error
        finally:
            response.close()

    async def _asked(self, upstream: Upstream, out: Outgoing, url: str) -> aiohttp.ClientResponse:
        """The service's answer, by two attempts where that does no harm."""
        try:
            response = await self._attempts(upstream.name, out, url)
        except (ClientGone, asyncio.CancelledError):
            upstream.abandoned()
            raise
        except ApiError as error:
            if error.status == 413:
                upstream.abandoned()
            else:
                upstream.failed()
            raise
        upstream.succeeded()
        return response

    async def _attempts(self, name: str, out: Outgoing, url: str) -> aiohttp.ClientResponse:
        try:
            return await self._attempt(name, out, url)
        except _Failed as failure:
            if not failure.again:
                raise failure.error from failure
        await asyncio.sleep(RETRY_PAUSE)
        try:
            return await self._attempt(name, out, url)
        except _Failed as failure:
            raise failure.error from failure

    async def _attempt(self, name: str, out: Outgoing, url: str) -> aiohttp.ClientResponse:
        try:
            response = await self._request(out, url)
        except _NEVER_SENT as error:
            raise _Failed(_no_connection(name, error), again=not out.body.streamed) from error
        except TimeoutError as error:
            raise late(name) from error
        except aiohttp.ClientError as error:
            if out.body.refused:
                raise await out.body.refuse() from error
            if out.body.gone:
                raise ClientGone from error
            # The client library has sent it a second time where that does no harm.
            raise _Failed(unavailable(name), again=False) from error
        if refusal := await _by_router(name, response):
            response.close()
            raise _Failed(refusal, again=out.may_repeat and response.status in _ROUTER_FAILED)
        return response

    async def _request(self, out: Outgoing, url: str) -> aiohttp.ClientResponse:
        seconds = out.seconds + (UPLOAD_SECONDS if out.body.streamed else 0.0)
        async with asyncio.timeout(seconds):
            return await self._upstreams.session.request(
                out.method,
                URL(url + out.target, encoded=True),
                headers=out.headers,
                data=out.body.data(),
                allow_redirects=False,
            )


class _Failed(Exception):
    """An attempt without an answer of the service. again: a second one does no harm."""

    def __init__(self, error: ApiError, *, again: bool) -> None:
        super().__init__(error.code)
        self.error, self.again = error, again


def _no_connection(name: str, error: Exception) -> ApiError:
    # The router answers to the names of the services that are deployed, and to no other.
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return not_deployed(name)
    return unavailable(name)


async def _by_router(name: str, response: aiohttp.ClientResponse) -> ApiError | None:
    """What the router said in the service's place, None when the service itself answered.

    Services always send X-Request-ID, the router never does.
    """
    if "X-Request-ID" in response.headers:
        return None
    if response.status == 404:
        return not_deployed(name) if _ROUTER_UNKNOWN in await response.read() else None
    if response.status == 504:
        return late(name)
    return unavailable(name) if response.status in _ROUTER_FAILED else None
