"""What the reports of analytics look like."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from .ranges import Interval


class Report(BaseModel):
    """A report of whole buckets: from the first one's start to the last one's end, in UTC."""

    from_: datetime = Field(alias="from")
    to: datetime
    interval: Interval


class CountPoint(BaseModel):
    """A number in a bucket."""

    start: datetime
    count: int


class EventPoint(CountPoint):
    """Events in a bucket, and the sum of their values."""

    value: float


class CostPoint(BaseModel):
    """US dollars in a bucket."""

    start: datetime
    cost_usd: float


class MetricPoint(CountPoint):
    """What was measured in a bucket; None where nothing was."""

    sum: float
    min: float | None
    max: float | None
    avg: float | None


class EventSeries(BaseModel):
    """Events of one name."""

    name: str
    total: int
    points: list[EventPoint]


class CostSeries(BaseModel):
    """Costs of the events of one name."""

    name: str
    total_usd: float
    points: list[CostPoint]


class MetricSeries(BaseModel):
    """Metrics of one name."""

    name: str
    total: int
    points: list[MetricPoint]


class ActiveUsers(BaseModel):
    """Different users who did anything, whatever its name; total: in the whole range."""

    total: int
    points: list[CountPoint]


class MetricsReport(Report):
    """The metrics with the most samples."""

    series: list[MetricSeries]


class UsageReport(Report):
    """The most frequent events; total: of all events."""

    total: int
    series: list[EventSeries]
    active_users: ActiveUsers


class CostsReport(Report):
    """The most expensive events; total_usd: of all events."""

    total_usd: float
    points: list[CostPoint]
    series: list[CostSeries]


class Totals(BaseModel):
    """Totals of a range."""

    events: int
    metrics: int
    active_users: int
    cost_usd: float


class NamedCount(BaseModel):
    """How often something happened."""

    name: str
    count: int


class Dashboard(Report):
    """The other reports in short."""

    totals: Totals
    top_events: list[NamedCount]
    events: list[CountPoint]
    active_users: list[CountPoint]
    costs: list[CostPoint]
