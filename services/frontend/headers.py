"""Around every answer: what browsers may do with it, and a page for what nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable

from pyairtable_shared.errors import unexpected
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .browser import BROWSER

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With no referrer at all, browsers would not say either where a form comes from.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR_OF_TLS = "max-age=31536000"
# Of the operation of the service; nobody gets them who comes through the router.
_NOT_FOR_OUTSIDE = ("/metrics", "/openapi.json")


class Guarded:
    """Sets the headers of safety. failed: makes the page for an error that nobody foresaw."""

    def __init__(self, app: ASGIApp, secure: bool, failed: Callable[[Request], Response]) -> None:
        self._app, self._failed = app, failed
        self._headers = dict(_ALWAYS)
        if secure:
            self._headers["Strict-Transport-Security"] = _YEAR_OF_TLS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        # The router, through which everybody comes, writes the last entry.
        named = Headers(scope=scope).get("x-forwarded-for", "").rpartition(",")[2].strip()
        BROWSER.set(named or (scope["client"][0] if scope.get("client") else ""))

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["path"] in _NOT_FOR_OUTSIDE and "x-forwarded-for" in Headers(scope=scope):
            await PlainTextResponse("Not found", 404)(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            if started:
                raise
            unexpected(error)
            await self._failed(Request(scope))(scope, receive, guarded)
