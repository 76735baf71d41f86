"""For whom a tool runs: headers that are passed on to the services that it calls."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from pyairtable_shared import request_context
from starlette.datastructures import Headers
from starlette.requests import Request

REQUEST_ID = "X-Request-ID"
USER = ("X-User-ID", "X-Tenant-ID", "X-User-Role")

_HEADERS: ContextVar[Mapping[str, str] | None] = ContextVar("forwarded", default=None)


def remember(headers: Mapping[str, str]) -> None:
    """Keep what is known of the user, for the calls of this request."""
    known = Headers(headers)
    _HEADERS.set({name: known[name] for name in USER if known.get(name)})
    request_context.user(known.get(USER[0]))


async def remember_request(request: Request) -> None:
    """Do the same for a request; a dependency of routes."""
    remember(request.headers)


def forwarded() -> dict[str, str]:
    """Return the headers to send along."""
    known = dict(_HEADERS.get() or {})
    if request_id := request_context.request_id():
        known[REQUEST_ID] = request_id
    return known
