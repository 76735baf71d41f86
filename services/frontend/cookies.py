"""The cookies: the session's, and one by which a visitor's forms are known."""

from __future__ import annotations

import re
import secrets

from fastapi import Request
from starlette.responses import Response

from .sessions import KEPT_SECONDS
from .settings import Settings

_SANE = re.compile(r"[A-Za-z0-9_-]{43}")


class Cookies:
    """Reads and writes the cookies; scripts cannot read them, other sites cannot send them.

    Behind TLS their names begin with __Host-, which keeps neighbouring hosts from setting them.
    """

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.secure
        prefix = "__Host-" if settings.secure else ""
        self._session, self._visitor = f"{prefix}session", f"{prefix}visitor"

    def session(self, request: Request) -> str | None:
        """Return the session's cookie."""
        return _sane(request.cookies.get(self._session))

    def visitor(self, request: Request) -> str | None:
        """Return the cookie of somebody who has not signed in."""
        return _sane(request.cookies.get(self._visitor))

    def begin_session(self, response: Response, cookie: str) -> None:
        """Give the browser a session."""
        self._set(response, self._session, cookie, KEPT_SECONDS)
        response.delete_cookie(self._visitor, secure=self._secure, httponly=True, samesite="lax")

    def end_session(self, response: Response) -> None:
        """Take the session from the browser."""
        response.delete_cookie(self._session, secure=self._secure, httponly=True, samesite="lax")

    def begin_visit(self, response: Response, cookie: str) -> None:
        """Mark a browser until it is closed."""
        self._set(response, self._visitor, cookie, None)

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, secure=self._secure, httponly=True, samesite="lax"
        )


def new_visitor() -> str:
    """Return a value for the visitor's cookie."""
    return secrets.token_urlsafe(32)


def _sane(value: str | None) -> str | None:
    return value if value and _SANE.fullmatch(value) else None
