"""Around every request: its id, its log line, its metrics. Plain ASGI, so that bodies stream."""

from __future__ import annotations

import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import metrics, request_context
from .errors import unexpected
from .logs import logger

_QUIET = ("/health", "/ready", "/metrics")


class Observed:
    """Gives each request an id, counts it, times it, and logs one line about it."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app, self._service = app, service
        self._in_flight = metrics.IN_FLIGHT.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = request_context.begin(headers.get("x-request-id"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=given)
        if user := headers.get("x-user-id"):
            structlog.contextvars.bind_contextvars(user_id=user)
        started = time.perf_counter()
        status = 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = given
            await send(message)

        self._in_flight.inc()
        try:
            await self._answer(scope, receive, observed)
        finally:
            self._in_flight.dec()
            self._record(scope, status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            response = unexpected(error)
            if begun:
                raise
            await response(scope, receive, send)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "unmatched"
        method = scope["method"]
        metrics.REQUESTS.labels(self._service, method, route, str(status)).inc()
        metrics.DURATION.labels(self._service, method, route).observe(seconds)
        if scope["path"] not in _QUIET:
            logger().info(
                "request",
                method=method,
                route=route,
                status=status,
                duration_ms=round(seconds * 1000, 2),
            )
