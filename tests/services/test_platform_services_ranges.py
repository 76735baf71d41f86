"""platform-services: the time that a report is about, in whole buckets of UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from platform_services.analytics.ranges import Interval, InvalidRange, resolve

NOW = datetime(2026, 3, 15, 10, 30, tzinfo=UTC)


def _cut(start: str | None, end: str | None, interval: Interval) -> list[str]:
    span = resolve(
        datetime.fromisoformat(start) if start else None,
        datetime.fromisoformat(end) if end else None,
        interval,
        NOW,
        90,
    )
    return [f"{each:%m-%d %H}" for each in (*span.starts(), span.end)]


@pytest.mark.parametrize(
    ("start", "end", "interval", "starts"),
    [
        ("2026-03-15T08:10:00Z", "2026-03-15T10:00:00Z", "hour", ["03-15 08", "03-15 09"]),
        ("2026-03-15T08:10:00Z", "2026-03-15T09:00:01Z", "hour", ["03-15 08", "03-15 09"]),
        ("2026-02-27T23:00:00Z", "2026-03-01T01:00:00Z", "day", ["02-27 00", "02-28 00"]),
        ("2026-02-28T00:00:00+02:00", "2026-02-28T02:00:00Z", "day", ["02-27 00", "02-28 00"]),
        ("2026-03-08T00:00:00Z", "2026-03-10T00:00:00Z", "week", ["03-02 00", "03-09 00"]),
        ("2025-12-31T00:00:00Z", "2026-02-01T00:00:00Z", "month", ["12-01 00", "01-01 00"]),
    ],
)
def test_a_range_is_widened_to_whole_buckets(
    start: str, end: str, interval: Interval, starts: list[str]
) -> None:
    assert _cut(start, end, interval)[:2] == starts


@pytest.mark.parametrize(
    ("interval", "count"), [("hour", 25), ("day", 31), ("week", 13), ("month", 13)]
)
def test_without_a_range_it_is_a_usual_time_until_now(interval: Interval, count: int) -> None:
    cut = _cut(None, None, interval)
    assert len(cut) - 1 == count
    assert cut[0] <= f"{NOW:%m-%d %H}" or interval in ("week", "month")


@pytest.mark.parametrize(
    ("start", "end", "interval", "field"),
    [
        ("2026-03-15T00:00:00Z", "2026-03-15T00:00:00Z", "day", "from"),
        ("2026-03-16T00:00:00Z", None, "day", "from"),
        ("2026-02-01T00:00:00Z", "2026-03-15T00:00:00Z", "hour", "from"),
        ("2025-12-01T00:00:00Z", "2025-12-02T00:00:00Z", "hour", "from"),
        ("2023-01-01T00:00:00Z", "2026-03-15T00:00:00Z", "month", "from"),
        ("0001-01-01T00:00:00+23:00", None, "day", "from"),
        (None, "9999-12-31T23:59:59-23:00", "day", "to"),
        (None, "2000-01-01T00:00:00Z", "day", "to"),
    ],
)
def test_a_range_that_is_too_long_or_no_range_is_refused(
    start: str | None, end: str | None, interval: Interval, field: str
) -> None:
    with pytest.raises(InvalidRange) as refused:
        _cut(start, end, interval)
    assert refused.value.field == field


def test_no_report_has_more_buckets_than_a_chart_shows() -> None:
    for interval, days in (("hour", 31), ("day", 732), ("week", 732), ("month", 732)):
        span = resolve(NOW - timedelta(days=days), NOW, interval, NOW, 90)  # type: ignore[arg-type]
        assert len(list(span.starts())) <= 750
