"""WebSockets passed through: two connections, and whatever arrives on one goes to the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pyairtable_shared.errors import ApiError, body
from pyairtable_shared.tokens import bearer
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from .clients import header
from .domain.routes import Route
from .identity import invalid_token
from .lasting import Over
from .upstreams import Upstream, Upstreams, unavailable

BEARER = "bearer"
OPEN_SECONDS = 10.0
MOST_BYTES = 16 * 1024 * 1024
"""Largest message, the same as the server's own limit."""

GOING_AWAY = 1001
NO_STATUS = 1005
REFUSED = 1008
ABNORMAL = 1006
_SOCKET_HEADERS = frozenset({"authorization", "content-length", "origin"})


class Sockets:
    """Passes WebSockets on. origins: web pages that may open one, "*" for all."""

    def __init__(self, upstreams: Upstreams, origins: Sequence[str]) -> None:
        self._upstreams = upstreams
        self._origins = frozenset(origins)

    def check_origin(self, scope: Scope) -> None:
        """Raises ApiError 403 for a web page of a foreign origin.

        Browsers send no preflight for WebSockets, so nobody else checks it.
        """
        origin = header(scope["headers"], b"origin")
        if origin is None or "*" in self._origins or origin in self._origins:
            return
        raise ApiError(403, "origin_not_allowed", "Web pages of this origin may not connect.")

    def token(self, scope: Scope) -> tuple[str | None, list[str]]:
        """The bearer token, and the subprotocols without it."""
        offered = list(scope.get("subprotocols") or [])
        if BEARER in offered[:-1]:
            # What browsers can do, who cannot set headers: the protocols "bearer" and the token.
            place = offered.index(BEARER)
            return offered[place + 1], offered[: place + 1] + offered[place + 2 :]
        return bearer(header(scope["headers"], b"authorization")), offered

    async def pass_on(
        self,
        route: Route,
        target: str,
        headers: Sequence[tuple[str, str]],
        offered: Sequence[str],
        receive: Receive,
        send: Send,
        over: Over | None,
    ) -> None:
        """Connect to the service, accept the client, and pass messages until one side closes.

        over: both are closed when it returns, as the token counts no more then.

        Raises ApiError when the service does not accept.
        """
        upstream = self._upstreams[route.service]
        far = await _open(upstream, upstream.enter() + target, headers, offered)
        async with far:
            await receive()
            chosen = far.subprotocol or (BEARER if BEARER in offered else None)
            await send({"type": "websocket.accept", "subprotocol": chosen})
            await _both_ways(far, receive, send, over)

    async def refuse(self, error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the handshake with an error, as HTTP where the server can do that."""
        if "websocket.http.response" in (scope.get("extensions") or {}):
            answer = JSONResponse(body(error.code, error.message), error.status, error.headers)
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": REFUSED, "reason": error.code})


async def _open(
    upstream: Upstream, url: str, headers: Sequence[tuple[str, str]], offered: Sequence[str]
) -> ClientConnection:
    try:
        far = await connect(
            "ws" + url.removeprefix("http"),
            additional_headers=[h for h in headers if _passes(h[0])],
            subprotocols=[Subprotocol(name) for name in offered] or None,
            user_agent_header=None,
            compression=None,
            proxy=None,
            open_timeout=OPEN_SECONDS,
            max_size=MOST_BYTES,
        )
    except InvalidStatus as error:
        upstream.succeeded()
        status = error.response.status_code
        raise ApiError(
            status if 400 <= status < 500 else 502,
            "websocket_refused",
            f"{upstream.name} does not accept this WebSocket (status {status}).",
        ) from error
    except (OSError, InvalidHandshake) as error:
        upstream.failed()
        raise unavailable(upstream.name) from error
    upstream.succeeded()
    return far


def _passes(name: str) -> bool:
    # The handshake's own headers are made anew for the second connection.
    lowered = name.lower()
    return not lowered.startswith("sec-websocket-") and lowered not in _SOCKET_HEADERS


async def _both_ways(
    far: ClientConnection, receive: Receive, send: Send, over: Over | None
) -> None:
    directions = {
        asyncio.create_task(_to_service(far, receive)),
        asyncio.create_task(_to_client(far, send)),
    }
    if over is not None:
        directions.add(asyncio.create_task(_until_over(over, send)))
    try:
        done, _ = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in directions:
            task.cancel()
        await asyncio.wait(directions)


async def _until_over(over: Over, send: Send) -> None:
    await over()
    await send({"type": "websocket.close", "code": REFUSED, "reason": invalid_token().code})


async def _to_service(far: ClientConnection, receive: Receive) -> None:
    try:
        while True:
            message: Any = await receive()
            if message["type"] == "websocket.disconnect":
                await far.close(_sendable(message.get("code")), message.get("reason") or "")
                return
            text = message.get("text")
            await far.send(text if text is not None else message["bytes"])
    except ConnectionClosed:
        # The other direction tells the client.
        await asyncio.Event().wait()


async def _to_client(far: ClientConnection, send: Send) -> None:
    # How it was closed, well or badly, is told to the client by the code.
    with suppress(ConnectionClosed):
        async for message in far:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    code = _sendable(far.close_code)
    await send({"type": "websocket.close", "code": code, "reason": far.close_reason or ""})


def _sendable(code: int | None) -> int:
    """A close code that may stand in a close frame."""
    if code is None or code == NO_STATUS:
        return 1000
    return GOING_AWAY if code in (ABNORMAL, 1015) else code
