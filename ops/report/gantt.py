"""The timeline of an update as a chart of bars. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plan.timeline import Span, Timeline

from ..shift.sample import Sample
from .data import ReleaseReport
from .scale import Scale, seconds_text, seconds_ticks

WIDTH = 960
LABELS = 190
ROW = 20
TOP = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A row of the chart. kind: its style. head: a phase, not something in it.

    asked: where its gate began to wait. text: beside the bar.
    """

    label: str
    kind: str
    head: bool
    y: int
    x: float
    width: float
    asked: float | None
    text: str

    @property
    def text_x(self) -> float:
        """Where the text begins."""
        return self.x + self.width + 6

    @property
    def text_end(self) -> bool:
        """Whether the text stands before the bar, because it ends too near the edge."""
        return self.text_x > WIDTH - 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt:
    """The chart: bars below an axis of ticks with their places."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int


def gantt(report: ReleaseReport) -> Gantt:
    """Return the chart of a report's timeline."""
    timeline = report.timeline
    scale = Scale(0, max(report.seconds, 0.1), LABELS, WIDTH - 10)
    rows = list(_rows(report))
    bars = tuple(
        _bar(label, kind, span, timeline, scale, index)
        for index, (label, kind, span) in enumerate(rows)
    )
    ticks = tuple((scale.at(t), seconds_text(t) if t else "0") for t in seconds_ticks(scale.high))
    return Gantt(bars=bars, ticks=ticks, height=TOP + ROW * len(rows) + 8)


def _bar(label: str, kind: str, span: Span, timeline: Timeline, scale: Scale, index: int) -> Bar:
    begin, end = scale.at(span.begin - timeline.began), scale.at(span.end - timeline.began)
    asked = None if span.asked is None else scale.at(span.asked - timeline.began)
    opened = seconds_text(span.end - timeline.began)
    took = seconds_text(max(0.0, span.end - span.begin))
    text = f"failed at {opened}" if not span.passed else f"{took}, until {opened}"
    return Bar(
        label=label,
        kind=kind if span.passed else "failed",
        head=kind == "phase",
        y=TOP + ROW * index,
        x=begin,
        width=round(max(end - begin, 2), 1),
        asked=asked if span.new else None,
        text="was open already" if kind == "same" and span.passed else text,
    )


def _rows(report: ReleaseReport) -> Iterator[tuple[str, str, Span]]:
    """Yield label, style and span: each phase, then what it waited for, last the release."""
    timeline = report.timeline
    opened = {phase.name: phase for phase in timeline.phases}
    shown: set[str] = set()
    for name, awaited in timeline.awaited.items():
        members = sorted((s for s in timeline.spans if s.name in awaited), key=lambda s: s.begin)
        if phase := opened.get(name):
            yield name, "phase", Span(kind="phase", name=name, begin=phase.begin, end=phase.end)
        shown |= {each.name for each in members}
        for each in members:
            if each.kind != "foundation":
                yield each.name, each.kind if each.new else "same", each
    for span in timeline.spans:
        if span.kind in ("test", "traffic", "validation"):
            yield span.name, "phase", span
            if span.kind == "traffic":
                yield from _steps(report.samples, span.begin)
        elif span.name not in shown and not span.passed:
            yield span.name, span.kind, span


def _steps(samples: tuple[Sample, ...], shifted: float) -> Iterator[tuple[str, str, Span]]:
    times: dict[int, list[float]] = {}
    for each in samples:
        times.setdefault(each.percent, []).append(shifted + each.time)
    for percent, seen in times.items():
        name = f"{percent} %"
        yield name, "step", Span(kind="step", name=name, begin=min(seen), end=max(seen), new=True)
