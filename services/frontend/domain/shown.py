"""How values are shown to people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_UNITS = ("bytes", "kB", "MB", "GB")


def when(value: object) -> str:
    """Return a time as people read it: 2026-01-20 17:00, in UTC. Unreadable ones stay."""
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return str(value)
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment.tzinfo else str(value)


def size(value: object) -> str:
    """Return a number of bytes as people read it."""
    if not isinstance(value, int | float):
        return "unknown"
    number, unit = float(value), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number and its noun: 1 file, 2 files."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def words(value: object) -> str:
    """Return a code such as not_deployed as words: Not deployed."""
    text = str(value).replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


def pretty(value: object) -> str:
    """Return JSON, indented."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


_GOOD = {"healthy", "ready", "active", "succeeded", "completed", "processed", "success", "done"}
_BAD = {"unhealthy", "failed", "error", "timed_out", "timeout", "rejected"}
_BUSY = {"queued", "pending", "running", "processing", "waiting", "retrying", "cancelling"}


def tone(status: object) -> str:
    """Return how a status is to look: good, bad, busy or calm."""
    text = str(status).lower()
    named = {"good": _GOOD, "bad": _BAD, "busy": _BUSY}
    return next((name for name, words_ in named.items() if text in words_), "calm")


FILTERS: dict[str, Callable[..., Any]] = {
    "when": when,
    "size": size,
    "count": count,
    "words": words,
    "pretty": pretty,
    "tone": tone,
}
