"""The report as one page that needs nothing else: no script, no request. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from ..shift.sample import Sample, milliseconds
from ..validation import Check
from . import gantt as bars
from . import plots as lines
from .data import Moved, ReleaseReport
from .scale import seconds_text

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a service's traffic: the last that was seen of each slot."""

    percent: int
    seen: Sequence[Sample]


def page(report: ReleaseReport) -> str:
    """Return the report as HTML."""
    return _template().render(
        report=report,
        gantt=bars.gantt(report),
        services=[(each, lines.plots(report, each), steps(report, each)) for each in report.moved],
        tables=_tables(report),
        took=seconds_text(report.seconds),
        bars=bars,
        lines=lines,
    )


def steps(report: ReleaseReport, moved: Moved) -> list[Step]:
    """Return what each step of a service came to."""
    last = {(s.percent, s.slot): s for s in report.samples if s.service == moved.service}
    percents = dict.fromkeys(percent for percent, _ in last)
    return [
        Step(percent, [last[percent, s] for s in (moved.old, moved.new) if (percent, s) in last])
        for percent in percents
    ]


def _tables(report: ReleaseReport) -> list[tuple[str, Sequence[Check]]]:
    """Return the tables of checks that there are, each with its title."""
    found = [
        ("Health matrix", [check for check in report.checks if check.kind == "health"]),
        ("Smoke tests", [check for check in report.checks if check.kind == "smoke"]),
        ("Test of the new versions, before they had traffic", report.tested),
    ]
    return [(title, checks) for title, checks in found if checks]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ms"] = milliseconds
    return environment.get_template("page.html.j2")
