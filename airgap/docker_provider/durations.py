"""Durations in Go's spelling."""

from __future__ import annotations

import re
from decimal import Decimal

_SECOND = 1_000_000_000
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,  # with the micro sign, and with the Greek letter below
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|\u03bcs|ms|s|m|h)", re.ASCII)
_WHOLE = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
LONGEST = 2**63 - 1
"""Nanoseconds that Go's durations, and with them the engine, can hold."""
_CHARACTERS = 100


def nanoseconds(text: str) -> int:
    """Return a duration such as 1m30s in nanoseconds. Raises ValueError for another text."""
    if text in ("", "0"):
        return 0
    if len(text) > _CHARACTERS or not _WHOLE.fullmatch(text):
        raise ValueError("is to be a duration such as 30s or 1m30s")
    total = sum(Decimal(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))
    if total > LONGEST:
        raise ValueError("is to be a duration of less than 292 years")
    return int(total)


def spelled(value: int) -> str:
    """Return nanoseconds as Go prints them: 1m30s, 1.5s, 250ms."""
    if value < _SECOND:
        unit = next((each for each in ("ms", "µs", "ns") if value >= _UNITS[each]), "s")
        return _amount(value, _UNITS[unit]) + unit
    minutes, rest = divmod(value, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    seconds = _amount(rest, _SECOND) + "s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _amount(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    fraction = str(rest).zfill(len(str(unit)) - 1).rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
