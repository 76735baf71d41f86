"""What was seen of the slots while traffic moved, as plots over time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..shift.sample import Sample, milliseconds
from .data import Limits, Moved, ReleaseReport
from .scale import Scale, seconds_text, seconds_ticks

WIDTH = 440
HEIGHT = 170
LEFT, RIGHT, TOP, BOTTOM = 62, 430, 22, 140
_DECADES = (1, 10, 100, 1000, 10_000, 100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a slot did. points: of the line. marks: each point and what it says."""

    slot: str
    points: str
    marks: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Lines over time. steps: where traffic moved, and to how much. limit: where it aborts."""

    title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    steps: tuple[tuple[float, str], ...]
    limit: tuple[float, str]


def plots(report: ReleaseReport, moved: Moved) -> tuple[Plot, ...]:
    """Return a service's plots of error rate and answering time; none when nothing was seen."""
    samples = [each for each in report.samples if each.service == moved.service]
    if not samples:
        return ()
    slots = (moved.old, moved.new)
    return _errors(samples, slots, report.limits), _p99(samples, slots, report.limits)


def _errors(samples: Sequence[Sample], slots: Sequence[str], limits: Limits) -> Plot:
    def rate(each: Sample) -> float | None:
        return each.errors / each.requests if each.requests else None

    worst = max(rate(each) or 0.0 for each in samples)
    y = Scale(0, max(worst, 2 * limits.error_rate, 0.001), BOTTOM, TOP)
    ticks = tuple((y.at(share * y.high), f"{share * y.high:.1%}") for share in (0, 0.5, 1))
    limit = y.at(limits.error_rate), f"limit {limits.error_rate:.1%}"
    return _plot("Failed requests", samples, slots, y, rate, ticks, limit, lambda v: f"{v:.2%}")


def _p99(samples: Sequence[Sample], slots: Sequence[str], limits: Limits) -> Plot:
    finite = [s.p99_ms for s in samples if s.p99_ms is not None and s.p99_ms != float("inf")]
    top = next((d for d in _DECADES if d > max(*finite, limits.p99_ms, 1)), _DECADES[-1])
    y = Scale(1, top, BOTTOM, TOP, logarithmic=True)
    ticks = tuple((y.at(d), milliseconds(d)) for d in _DECADES if d <= top)
    limit = y.at(limits.p99_ms), f"limit {milliseconds(limits.p99_ms)}"
    title = "Answering time, 99th percentile"
    return _plot(title, samples, slots, y, lambda each: each.p99_ms, ticks, limit, milliseconds)


def _plot(
    title: str,
    samples: Sequence[Sample],
    slots: Sequence[str],
    y: Scale,
    value: Callable[[Sample], float | None],
    y_ticks: tuple[tuple[float, str], ...],
    limit: tuple[float, str],
    text: Callable[[float], str],
) -> Plot:
    x = Scale(0, max([0.1, *(each.time for each in samples)]), LEFT, RIGHT)
    first: dict[int, float] = {}
    for each in samples:
        first.setdefault(each.percent, each.time)
    return Plot(
        title=title,
        lines=tuple(_line(slot, samples, x, y, value, text) for slot in slots),
        x_ticks=tuple((x.at(t), seconds_text(t) if t else "0") for t in seconds_ticks(x.high)[::2]),
        y_ticks=y_ticks,
        steps=tuple((x.at(time), f"{percent} %") for percent, time in first.items()),
        limit=limit,
    )


def _line(
    slot: str,
    samples: Sequence[Sample],
    x: Scale,
    y: Scale,
    value: Callable[[Sample], float | None],
    text: Callable[[float], str],
) -> Line:
    marks = tuple(
        (x.at(each.time), y.at(seen), f"{slot} {each.percent} %: {text(seen)}")
        for each in samples
        if each.slot == slot and (seen := value(each)) is not None
    )
    return Line(slot=slot, points=" ".join(f"{a},{b}" for a, b, _ in marks), marks=marks)
