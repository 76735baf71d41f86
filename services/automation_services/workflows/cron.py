"""Cron expressions: checked when a workflow is saved, and their ticks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

from croniter import CroniterBadDateError, croniter  # type: ignore[import-untyped]
from pyairtable_shared.errors import ApiError

# Numbers, names of days and months, ranges, steps, lists: nothing that is drawn by lot.
_VALUE = r"(?:\*|\d{1,2}|[A-Za-z]{3})(?:-(?:\d{1,2}|[A-Za-z]{3}))?(?:/\d{1,2})?"
_FIELD = re.compile(rf"{_VALUE}(?:,{_VALUE})*")
# Ticks that are looked at to find the least distance between two.
_LOOKED_AT = 60


def check(expression: str, shortest: int) -> None:
    """Raise ApiError 422 for an expression that is wrong, never true, or too often.

    shortest: seconds between two ticks; below 60, a sixth field (seconds) may come last.
    """
    fields = expression.split()
    allowed = (5, 6) if shortest < 60 else (5,)
    if len(fields) not in allowed or not all(map(_FIELD.fullmatch, fields)):
        raise _wrong("Write five fields: minute hour day month weekday")
    if not croniter.is_valid(expression):
        raise _wrong("A field is out of its range")
    start = datetime.now(UTC)
    try:
        ticks = croniter(expression, start)
        found = [ticks.get_next(datetime) for _ in range(_LOOKED_AT)]
    except CroniterBadDateError:
        raise _wrong("There is no such date") from None
    if any((later - earlier).total_seconds() < shortest for earlier, later in pairwise(found)):
        raise _wrong(f"It may come every {shortest} seconds at most")


def next_tick(expression: str, after: datetime) -> datetime:
    """Return the first tick after a time, in UTC."""
    found: datetime = croniter(expression, after.astimezone(UTC)).get_next(datetime)
    return found


def _wrong(message: str) -> ApiError:
    return ApiError(422, "invalid_cron", message)
