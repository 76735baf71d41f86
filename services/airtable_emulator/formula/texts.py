"""Text functions. Positions count from 1, as in Airtable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from .errors import FormulaError
from .values import Value, flatten, is_blank, to_number, to_text

MAX_TEXT = 100_000
"""Longest text that a function makes, in characters."""


def _find(needle: Value, haystack: Value, start: Value = 1.0) -> Value:
    return float(to_text(haystack).find(to_text(needle), max(int(to_number(start)) - 1, 0)) + 1)


def _search(needle: Value, haystack: Value, start: Value = 1.0) -> Value:
    found = _find(to_text(needle).lower(), to_text(haystack).lower(), start)
    return found or None


def _left(text: Value, count: Value) -> Value:
    return to_text(text)[: _count(count)]


def _right(text: Value, count: Value) -> Value:
    whole = to_text(text)
    return whole[max(len(whole) - _count(count), 0) :]


def _mid(text: Value, start: Value, count: Value) -> Value:
    first = _count(start) - 1
    return to_text(text)[max(first, 0) : max(first, 0) + _count(count)]


def _replace(text: Value, start: Value, count: Value, new: Value) -> Value:
    whole, first = to_text(text), max(_count(start) - 1, 0)
    return whole[:first] + to_text(new) + whole[first + _count(count) :]


def _substitute(text: Value, old: Value, new: Value, index: Value = None) -> Value:
    whole, old_text, new_text = to_text(text), to_text(old), to_text(new)
    if not old_text:
        return whole
    if index is None:
        return _bounded(whole.replace(old_text, new_text))
    parts = whole.split(old_text)
    wanted = _count(index)
    if not 1 <= wanted < len(parts):
        return whole
    return old_text.join(parts[:wanted]) + new_text + old_text.join(parts[wanted:])


def _rept(text: Value, times: Value) -> Value:
    whole, count = to_text(text), _count(times)
    if len(whole) * count > MAX_TEXT:
        raise FormulaError("text too long")
    return whole * count


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise FormulaError("text too long")
    return text


def _count(value: Value) -> int:
    return max(int(to_number(value)), 0)


def _concatenate(*values: Value) -> Value:
    return _bounded("".join(to_text(value) for value in values))


def _arrayjoin(values: Value, separator: Value = ",") -> Value:
    return _bounded(to_text(separator).join(to_text(v) for v in flatten([values])))


def _t(value: Value) -> Value:
    return value if isinstance(value, str) else None


def _value(text: Value) -> Value:
    return None if is_blank(text) else to_number(text)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "LEN": (lambda text: float(len(to_text(text))), 1, 1),
    "FIND": (_find, 2, 3),
    "SEARCH": (_search, 2, 3),
    "LOWER": (lambda text: to_text(text).lower(), 1, 1),
    "UPPER": (lambda text: to_text(text).upper(), 1, 1),
    "TRIM": (lambda text: to_text(text).strip(), 1, 1),
    "LEFT": (_left, 2, 2),
    "RIGHT": (_right, 2, 2),
    "MID": (_mid, 3, 3),
    "REPLACE": (_replace, 4, 4),
    "SUBSTITUTE": (_substitute, 3, 4),
    "REPT": (_rept, 2, 2),
    "CONCATENATE": (_concatenate, 1, None),
    "ARRAYJOIN": (_arrayjoin, 1, 2),
    "T": (_t, 1, 1),
    "VALUE": (_value, 1, 1),
    "ENCODE_URL_COMPONENT": (lambda text: quote(to_text(text), safe="!~*'()"), 1, 1),
}
