"""Date functions, all in UTC."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .errors import FormulaError
from .values import Value, to_datetime, to_number, to_text

_SECONDS = {
    "milliseconds": 0.001,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
}
_SHORT = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SHORT |= {"w": "weeks", "M": "months", "Q": "quarters", "y": "years"}
_MONTHS = {"months": 1, "quarters": 3, "years": 12}
_PREFIX = {"seconds": 19, "minutes": 16, "hours": 13, "days": 10, "months": 7, "years": 4}


def _unit(value: Value) -> str:
    name = to_text(value)
    name = _SHORT.get(name, name.lower())
    name = name if name.endswith("s") else f"{name}s"
    if name not in _SECONDS and name not in _MONTHS:
        raise FormulaError(f"unknown unit {name}")
    return name


def _add(moment: Value, count: Value, unit: Value) -> Value:
    start, name, amount = to_datetime(moment), _unit(unit), to_number(count)
    try:
        if name in _MONTHS:
            return _add_months(start, int(amount) * _MONTHS[name])
        return start + timedelta(seconds=amount * _SECONDS[name])
    except (OverflowError, ValueError):
        raise FormulaError("date out of range") from None


def _add_months(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)


def _difference(left: Value, right: Value, unit: Value = "seconds") -> Value:
    later, earlier, name = to_datetime(left), to_datetime(right), _unit(unit)
    if name in _SECONDS:
        return float(int((later - earlier).total_seconds() / _SECONDS[name]))
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return float(int(months / _MONTHS[name]))


def _is_same(left: Value, right: Value, unit: Value = None) -> Value:
    one, two = to_datetime(left).astimezone(UTC), to_datetime(right).astimezone(UTC)
    if unit is None:
        return one == two
    length = _PREFIX.get(_unit(unit))
    if length is None:
        raise FormulaError("unit not comparable")
    return one.isoformat()[:length] == two.isoformat()[:length]


def _part(name: str) -> Callable[[Value], Value]:
    return lambda moment: float(getattr(to_datetime(moment).astimezone(UTC), name))


def _parse(text: Value) -> Value:
    return text if isinstance(text, date) else to_datetime(text)


def _weekday(moment: Value, start: Value = "Sunday") -> Value:
    offset = 0 if to_text(start).lower() == "monday" else 1
    return float((to_datetime(moment).astimezone(UTC).weekday() + offset) % 7)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "NOW": (lambda: datetime.now(UTC), 0, 0),
    "TODAY": (lambda: datetime.now(UTC).date(), 0, 0),
    "YEAR": (_part("year"), 1, 1),
    "MONTH": (_part("month"), 1, 1),
    "DAY": (_part("day"), 1, 1),
    "HOUR": (_part("hour"), 1, 1),
    "MINUTE": (_part("minute"), 1, 1),
    "SECOND": (_part("second"), 1, 1),
    "WEEKDAY": (_weekday, 1, 2),
    "DATEADD": (_add, 3, 3),
    "DATETIME_DIFF": (_difference, 2, 3),
    "DATETIME_PARSE": (_parse, 1, 1),
    "DATESTR": (lambda moment: to_datetime(moment).astimezone(UTC).date().isoformat(), 1, 1),
    "TIMESTR": (lambda moment: to_datetime(moment).astimezone(UTC).strftime("%H:%M:%S"), 1, 1),
    "IS_BEFORE": (lambda one, two: to_datetime(one) < to_datetime(two), 2, 2),
    "IS_AFTER": (lambda one, two: to_datetime(one) > to_datetime(two), 2, 2),
    "IS_SAME": (_is_same, 2, 3),
}
