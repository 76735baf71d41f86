"""Around every request: its id, its log line, its metrics. Plain ASGI, so that bodies stream."""

from __future__ import annotations

import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import metrics, request_context
from .errors import unexpected
from .logs import logger
from .readiness import Readiness

_QUIET = ("/health", "/ready", "/metrics")


class Observed:
    """Gives each request an id, counts it, times it, and logs one line about it."""

    def __init__(self, app: ASGIApp, service: str, readiness: Readiness) -> None:
        self._app, self._service, self._readiness = app, service, readiness
        self._in_flight = metrics.IN_FLIGHT.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = request_context.begin(headers.get("x-request-id"))
        request_context.user(headers.get("x-user-id"))
        started = time.perf_counter()
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._head(MutableHeaders(scope=message), given)
            await send(message)

        self._in_flight.inc()
        try:
            await self._app(scope, receive, observed)
        except Exception as error:
            response = unexpected(error)
            if status:
                raise  # The head is sent: only cutting the connection says that it failed.
            await response(scope, receive, observed)
        finally:
            self._in_flight.dec()
            self._record(scope, status, time.perf_counter() - started)

    def _head(self, headers: MutableHeaders, request_id: str) -> None:
        headers["X-Request-ID"] = request_id
        if self._readiness.stopping:
            # Whoever keeps connections open must not send the next request on this one.
            headers["Connection"] = "close"

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "unmatched"
        method = scope["method"]
        # 499: the client went away before there was an answer.
        named = str(status or 499)
        metrics.REQUESTS.labels(self._service, method, route, named).inc()
        metrics.DURATION.labels(self._service, method, route).observe(seconds)
        if scope["path"] not in _QUIET:
            logger().info(
                "request",
                method=method,
                route=route,
                status=status or 499,
                duration_ms=round(seconds * 1000, 2),
            )
