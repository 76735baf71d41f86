"""What is known of the request that is being answered."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar

_ID: ContextVar[str] = ContextVar("request_id", default="")
_SANE = re.compile(r"^[A-Za-z0-9._-]{1,128}$")


def request_id() -> str:
    """Return the id of the present request, empty outside of one."""
    return _ID.get()


def begin(given: str | None) -> str:
    """Take over a caller's request id, or make one; return it."""
    chosen = given if given and _SANE.match(given) else uuid.uuid4().hex
    _ID.set(chosen)
    return chosen
