"""Durations in Go's spelling."""

from __future__ import annotations

import re

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def nanoseconds(text: str) -> int:
    """Return a duration such as 1m30s in nanoseconds. Raises ValueError for another text."""
    if text in ("", "0"):
        return 0
    if not re.fullmatch(rf"(?:{_PART.pattern})+", text):
        raise ValueError(f"{text!r} is no duration such as 30s or 1m30s")
    return round(sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)))


def spelled(value: int) -> str:
    """Return nanoseconds as Go prints them; below a second in milliseconds."""
    if value % _UNITS["s"]:
        return f"{value / _UNITS['ms']:g}ms"
    minutes, seconds = divmod(value // _UNITS["s"], 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
