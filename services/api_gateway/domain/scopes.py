"""What an API key may be used for."""

from __future__ import annotations

from collections.abc import Collection

from .routes import READ, Route

_API = "/api/v1/"
ACCOUNTS = f"{_API}auth/"
"""Routes that no key opens: signing in and out, and making keys, is done by people."""


def opens(route: Route, method: str, scopes: Collection[str]) -> bool:
    """Whether a key with these scopes opens a route.

    `read` opens GET and HEAD, `write` the other methods; `airtable:read` does so for what is
    under /api/v1/airtable only.
    """
    if route.public.startswith(ACCOUNTS):
        return False
    action = "read" if method in READ else "write"
    area = route.public.removeprefix(_API).partition("/")[0]
    return action in scopes or f"{area}:{action}" in scopes
