"""A service's answer passed back to the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import aiohttp
from pyairtable_shared.errors import body
from starlette.types import Receive, Send

from .domain.headers import answered
from .domain.routes import Route, public_location
from .identity import invalid_token
from .lasting import Over

WHOLE_BYTES = 262144
"""Answers up to this size are sent as one piece."""

EVENTS = "text/event-stream"
BODILESS = frozenset({204, 304})


async def relay(
    response: aiohttp.ClientResponse,
    method: str,
    route: Route,
    url: str,
    extra: Sequence[tuple[bytes, bytes]],
    receive: Receive,
    send: Send,
    over: Over | None,
) -> None:
    """Send an answer on, with extra headers; small ones whole, others as they arrive.

    url: the service's `http://host:port`. over: an event stream ends when it returns.
    Raises aiohttp.ClientError when the answer breaks off before anything was sent; breaking off
    later leaves the client's answer incomplete.
    """
    headers = [*_located(answered(response.raw_headers), route, url), *extra]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    length = response.content_length
    if (
        method == "HEAD"
        or response.status in BODILESS
        or (length or WHOLE_BYTES + 1) <= WHOLE_BYTES
    ):
        whole = await response.read()
        await send(start)
        await send({"type": "http.response.body", "body": whole})
        return
    await send(start)
    await _stream(response, receive, send, over if response.content_type == EVENTS else None)


def _located(
    headers: list[tuple[bytes, bytes]], route: Route, url: str
) -> list[tuple[bytes, bytes]]:
    for index, (name, value) in enumerate(headers):
        if name == b"location":
            public = public_location(route, url, value.decode("latin-1"))
            headers[index] = (name, public.encode("latin-1"))
    return headers


async def _stream(
    response: aiohttp.ClientResponse, receive: Receive, send: Send, over: Over | None
) -> None:
    listener = asyncio.create_task(_until_gone(receive, response))
    watcher = asyncio.create_task(_until_over(over, response)) if over else None
    last = b""
    try:
        async for chunk in response.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except aiohttp.ClientError:
        if watcher is None or not watcher.done():
            # Too late for an error: the answer stays incomplete, and the server cuts the
            # connection.
            return
    finally:
        gone = listener.done()
        listener.cancel()
        if watcher is not None:
            last = _token_ended() if watcher.done() else b""
            watcher.cancel()
    if not gone:
        await send({"type": "http.response.body", "body": last})


async def _until_over(over: Over, response: aiohttp.ClientResponse) -> None:
    await over()
    response.close()


def _token_ended() -> bytes:
    """The last event of a stream whose token counts no more."""
    error = invalid_token()
    return f"\n\nevent: error\ndata: {json.dumps(body(error.code, error.message))}\n\n".encode()


async def _until_gone(receive: Receive, response: aiohttp.ClientResponse) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    response.close()
