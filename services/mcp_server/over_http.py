"""The server over HTTP: MCP's streamable HTTP at one address, without sessions."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from mcp.server.mcpserver import MCPServer
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .forwarded import remember

PATH = "/mcp"
MOST_BODY = 4 * 1024 * 1024
"""Bytes of a request; a thousand records with long texts fit in."""


class StreamableHttp:
    """Answers each request on its own, so that any replica can serve any of them."""

    def __init__(self, server: MCPServer, admit: Callable[[str | None], Awaitable[None]]) -> None:
        # This is the way to the manager: the SDK makes it along with an application of its own.
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MOST_BODY,
            host="0.0.0.0",
        )
        self._manager: StreamableHTTPSessionManager = server.session_manager
        self._admit = admit

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve within the block."""
        async with self._manager.run():
            yield

    def route(self) -> Route:
        """The route. Without sessions there is nothing to listen to (GET) or to end (DELETE)."""
        return Route(PATH, self, methods=["POST"], include_in_schema=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises ApiError 401 when it is not of a service."""
        scope.setdefault("route", self.route())
        headers = Headers(scope=scope)
        await self._admit(headers.get("x-api-key"))
        remember(headers)
        await self._manager.handle_request(scope, receive, send)
