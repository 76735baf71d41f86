"""What is known of the request that is being answered."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar

import structlog

_ID: ContextVar[str] = ContextVar("request_id", default="")
_SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")


def request_id() -> str:
    """Return the id of the present request, empty outside of one."""
    return _ID.get()


def begin(given: str | None) -> str:
    """Take over a caller's request id, or make one; return it. Log lines carry it from here."""
    chosen = given if given and _SANE.fullmatch(given) else uuid.uuid4().hex
    _ID.set(chosen)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen)
    return chosen


def user(user_id: str | None) -> None:
    """Name the user of this request in its log lines, when the id looks like one."""
    if user_id and _SANE.fullmatch(user_id):
        structlog.contextvars.bind_contextvars(user_id=user_id)
