"""Which time a report is about, cut into buckets of UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Interval = Literal["hour", "day", "week", "month"]

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# At most some 750 buckets: what a chart can show.
LONGEST: dict[Interval, timedelta] = {
    "hour": timedelta(days=31),
    "day": timedelta(days=732),
    "week": timedelta(days=732),
    "month": timedelta(days=732),
}
_USUAL: dict[Interval, timedelta] = {
    "hour": timedelta(days=1),
    "day": timedelta(days=30),
    "week": timedelta(weeks=12),
    "month": timedelta(days=365),
}


class InvalidRange(ValueError):
    """A range that no report is made for. field: the parameter that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Range:
    """Whole buckets: from the start of the first to the end (exclusive) of the last."""

    start: datetime
    end: datetime
    interval: Interval

    def starts(self) -> Iterator[datetime]:
        """Give the start of each bucket."""
        at = self.start
        while at < self.end:
            yield at
            at = following(at, self.interval)


def resolve(
    start: datetime | None, end: datetime | None, interval: Interval, now: datetime, kept_days: int
) -> Range:
    """Return the whole buckets that hold a range.

    end: by default now; start: by default a usual time before it. kept_days: how long there is
    more than whole days. Raises InvalidRange.
    """
    end = end or now
    if not EARLIEST < end <= LATEST:
        raise InvalidRange("to", "must be between the years 2000 and 2100")
    end = end.astimezone(UTC)
    start = start or end - _USUAL[interval]
    if not EARLIEST <= start <= LATEST:
        raise InvalidRange("from", "must be between the years 2000 and 2100")
    start = start.astimezone(UTC)
    if start >= end:
        raise InvalidRange("from", "must be before to")
    if end - start > LONGEST[interval]:
        most = LONGEST[interval].days
        raise InvalidRange("from", f"may be {most} days before to with interval {interval}")
    first = floored(start, interval)
    if interval == "hour" and first < floored(now, "day") - timedelta(days=kept_days):
        raise InvalidRange("from", f"may be {kept_days} days ago with interval hour")
    last = floored(end, interval)
    return Range(first, last if last == end else following(last, interval), interval)


def floored(moment: datetime, interval: Interval) -> datetime:
    """Return the start of the bucket of a moment in UTC. Weeks begin on Monday."""
    if interval == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def following(start: datetime, interval: Interval) -> datetime:
    """Return the start of the next bucket."""
    if interval == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + {"hour": timedelta(hours=1), "day": timedelta(days=1)}.get(
        interval, timedelta(weeks=1)
    )
