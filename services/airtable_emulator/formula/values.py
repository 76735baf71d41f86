"""What formulas compute with, and how one kind of value becomes another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from .errors import FormulaError

Value = None | bool | float | str | datetime | date | list[Any]
"""Blank, checkbox, number, text, point in time, day, or list of values."""


def is_truthy(value: Value) -> bool:
    """Whether a value counts as true: all but blank, "", 0, false and empty lists."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return bool(value)


def is_blank(value: Value) -> bool:
    """Whether a value is empty: blank, "" or an empty list."""
    return value is None or value == "" or value == []


def to_text(value: Value) -> str:
    """The value as Airtable writes it into a text: lists joined by ", ", whole numbers bare."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() | int():
            return _number_text(float(value))
        case str():
            return value
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        case date():
            return value.isoformat()
        case _:
            return ", ".join(to_text(item) for item in value)


def _number_text(number: float) -> str:
    if math.isfinite(number) and number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def to_number(value: Value) -> float:
    """The value as a number; blank is 0. Raises FormulaError for text that is none."""
    match value:
        case None:
            return 0.0
        case bool() | float() | int():
            return finite(float(value))
        case str():
            return _parse_number(value)
        case list() if len(value) <= 1:
            return to_number(value[0] if value else None)
        case _:
            raise FormulaError("not a number")


def _parse_number(text: str) -> float:
    if not text.strip():
        return 0.0
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        raise FormulaError(f"{text!r} is not a number") from None
    return finite(number)


def finite(number: float) -> float:
    """The number itself. Raises FormulaError when it is infinite or not a number."""
    if not math.isfinite(number):
        raise FormulaError("not a finite number")
    return number


def to_datetime(value: Value) -> datetime:
    """The value as a point in time (days begin at 00:00 UTC). Raises FormulaError otherwise."""
    match value:
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case str():
            return parse_datetime(value)
        case _:
            raise FormulaError("not a date")


def parse_datetime(text: str) -> datetime:
    """ISO 8601 text as a point in time, UTC when it names no zone. Raises FormulaError."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise FormulaError(f"{text!r} is not a date") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def flatten(values: Sequence[Value]) -> list[Value]:
    """The values with lists taken apart, in order."""
    flat: list[Value] = []
    for value in values:
        flat.extend(flatten(value) if isinstance(value, list) else [value])
    return flat


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1 as left is less than, equal to or greater than right.

    Blank equals "", 0 and false. Dates compare with dates and with ISO texts,
    numbers with numbers, everything else as text.
    """
    if isinstance(left, date) or isinstance(right, date):
        return _compare_dates(left, right)
    if _numeric(left) and _numeric(right):
        return _order(to_number(left), to_number(right))
    return _order(to_text(left), to_text(right))


def _numeric(value: Value) -> bool:
    return value is None or isinstance(value, bool | float | int)


def _compare_dates(left: Value, right: Value) -> int:
    if is_blank(left) or is_blank(right):
        return _order(not is_blank(left), not is_blank(right))
    try:
        return _order(to_datetime(left), to_datetime(right))
    except FormulaError:
        return _order(to_text(left), to_text(right))


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)
