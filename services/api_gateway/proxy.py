"""One HTTP request passed on to its service, and the answer passed back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from pyairtable_shared.errors import ApiError
from starlette.types import Receive, Send
from yarl import URL

from .bodies import RequestBody
from .domain.headers import answered
from .domain.routes import Route, public_location
from .upstreams import Upstream, Upstreams, not_deployed, unavailable

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
RETRY_PAUSE = 0.1
"""Seconds before the second attempt; the router finds a dead server within that time."""

WHOLE_BYTES = 262144
"""Answers up to this size are sent as one piece."""

UPLOAD_SECONDS = 600.0
"""Time that a streamed body may take in addition to the upstream's timeout."""

_ROUTER_STATUS = frozenset({502, 503, 504})
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes to its service. target: path and query; seconds: its timeout."""

    route: Route
    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: RequestBody
    seconds: float


class Proxy:
    """Passes requests on."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def pass_on(
        self, out: Outgoing, extra: Sequence[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        """Send the request and its answer with extra headers.

        Raises ApiError while nothing was answered; ClientGone when nobody listens any more.
        """
        upstream = self._upstreams[out.route.service]
        url = upstream.enter()
        response = await self._answer(upstream, out, url)
        try:
            await _relay(response, out, url, extra, receive, send)
        finally:
            response.close()

    async def _answer(self, upstream: Upstream, out: Outgoing, url: str) -> aiohttp.ClientResponse:
        again = not out.body.streamed
        while True:
            try:
                response = await self._request(out, url)
            except TimeoutError as error:
                upstream.failed()
                raise _late(upstream.name) from error
            except aiohttp.ClientError as error:
                await _blame_client(out.body, error)
                if again and (out.method in IDEMPOTENT or isinstance(error, _NEVER_SENT)):
                    again = await _pause()
                    continue
                upstream.failed()
                raise _unreachable(upstream.name, error) from error
            if not _from_router(response):
                upstream.succeeded()
                return response
            if again and out.method in IDEMPOTENT and response.status != 504:
                response.close()
                again = await _pause()
                continue
            raise await _router_said(upstream, response)

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


async def _pause() -> bool:
    await asyncio.sleep(RETRY_PAUSE)
    return False


async def _blame_client(body: RequestBody, error: aiohttp.ClientError) -> None:
    """Raise what the client did, when that and not the service was the reason."""
    if body.refused:
        raise await body.refuse() from error
    if body.gone:
        raise ClientLeft from error


class ClientLeft(Exception):
    """The client went away while its body was passed on."""


def _from_router(response: aiohttp.ClientResponse) -> bool:
    """Whether the router answered in a service's place: services always send X-Request-ID."""
    if "X-Request-ID" in response.headers:
        return False
    return response.status in _ROUTER_STATUS or response.status == 404


async def _router_said(upstream: Upstream, response: aiohttp.ClientResponse) -> ApiError:
    if response.status == 404:
        response.close()
        return not_deployed(upstream.name)
    response.close()
    upstream.failed()
    return _late(upstream.name) if response.status == 504 else unavailable(upstream.name)


def _late(name: str) -> ApiError:
    return ApiError(504, "upstream_timeout", f"{name} did not answer in time. Try again.")


def _unreachable(name: str, error: aiohttp.ClientError) -> ApiError:
    # The router answers to the names of the services that are deployed, and to no other.
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return not_deployed(name)
    return unavailable(name)


async def _relay(
    response: aiohttp.ClientResponse,
    out: Outgoing,
    url: str,
    extra: Sequence[tuple[bytes, bytes]],
    receive: Receive,
    send: Send,
) -> None:
    headers = [*_located(answered(response.raw_headers), out.route, url), *extra]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    length = response.content_length
    if out.method == "HEAD" or (length is not None and length <= WHOLE_BYTES):
        body = await response.read()
        await send(start)
        await send({"type": "http.response.body", "body": body})
        return
    await send(start)
    await _stream(response, receive, send)


def _located(
    headers: list[tuple[bytes, bytes]], route: Route, url: str
) -> list[tuple[bytes, bytes]]:
    for index, (name, value) in enumerate(headers):
        if name == b"location":
            public = public_location(route, url, value.decode("latin-1"))
            headers[index] = (name, public.encode("latin-1"))
    return headers


async def _stream(response: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    listener = asyncio.create_task(_until_gone(receive, response))
    try:
        async for chunk in response.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not listener.done():
            await send({"type": "http.response.body", "body": b""})
    except aiohttp.ClientError:
        # Too late for an error: the answer stays incomplete, and the server cuts the connection.
        return
    finally:
        listener.cancel()


async def _until_gone(receive: Receive, response: aiohttp.ClientResponse) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    response.close()
