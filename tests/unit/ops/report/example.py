"""A report with everything in it, for the tests of it."""

from __future__ import annotations

from dataclasses import replace

from ops.report.data import Item, Limits, Moved, ReleaseReport
from ops.shift.sample import Sample
from ops.validation import Check
from plan.timeline import PhaseSpan, Span, Timeline

BEGAN = 1_795_500_000.0


def span(kind: str, name: str, begin: float, end: float, *, new: bool = True) -> Span:
    asked = (begin + end) / 2 if kind in ("container", "job") else None
    return Span(
        kind=kind, name=name, begin=BEGAN + begin, end=BEGAN + end, asked=asked and BEGAN + asked,
        new=new,
    )  # fmt: skip


def samples() -> tuple[Sample, ...]:
    """Three steps; the new version answers slower, one request fails at 50 %."""
    found = []
    for number, percent in enumerate((10, 50, 100)):
        for tick in range(8):
            for slot, share in (("blue", 100 - percent), ("green", percent)):
                done = tick * share * 4
                late = number * 8 + tick
                failed = int(slot == "green" and percent == 50 and tick > 4)
                found.append(
                    Sample(
                        time=late * 0.5,
                        percent=percent,
                        service="auth-service",
                        slot=slot,
                        requests=done,
                        errors=failed,
                        p99_ms=(25.0 if slot == "blue" else 100.0) if done else None,
                        all_requests=late * 40 + done,
                        all_errors=int(slot == "green" and late > 12),
                    )
                )
    return tuple(found)


def report() -> ReleaseReport:
    """A release of one service, while another one stayed."""
    awaited = {
        "foundations": ("foundations",),
        "infrastructure": ("postgres", "redis"),
        "schema": ("backup", "migrations"),
        "identity": ("auth-service-green", "user-service-blue"),
    }
    spans = (
        span("foundation", "foundations", 0, 2.1, new=False),
        span("container", "postgres", 2.2, 2.3, new=False),
        span("container", "redis", 2.2, 2.25, new=False),
        span("job", "backup", 2.4, 3.9),
        span("job", "migrations", 4.0, 5.2),
        span("container", "auth-service-green", 5.3, 8.1),
        span("container", "user-service-blue", 5.3, 5.4, new=False),
        span("test", "test", 8.2, 10),
        span("traffic", "traffic", 10, 23),
        span("validation", "validation", 23, 25),
    )
    phases = (
        PhaseSpan(name="foundations", begin=BEGAN, end=BEGAN + 2.1),
        PhaseSpan(name="infrastructure", begin=BEGAN + 2.2, end=BEGAN + 2.3),
        PhaseSpan(name="schema", begin=BEGAN + 2.4, end=BEGAN + 5.2),
        PhaseSpan(name="identity", begin=BEGAN + 5.3, end=BEGAN + 8.1),
    )
    timeline = Timeline(
        began=BEGAN, ended=BEGAN + 25.5, phases=phases, spans=spans, awaited=awaited
    )
    passed = Check(kind="health", name="redis", target="redis", result="passed", latency_ms=7.3)
    return ReleaseReport(
        id="20261124T025627Z",
        stack="dev",
        time="2026-11-24T02:56:52+00:00",
        passed=True,
        failure="",
        revision="abcdef123456",
        who="robin@laptop",
        reason="release of <b>an image</b>",
        timeline=timeline,
        limits=Limits(error_rate=0.01, p99_ms=2000),
        moved=(
            Moved(
                service="auth-service",
                old="blue",
                new="green",
                old_image="pyairtable/auth-service:1",
                new_image="pyairtable/auth-service:2",
            ),
        ),
        samples=samples(),
        tested=(passed,),
        checks=(
            passed,
            Check(kind="smoke", name="login", target="POST /login", result="failed", detail="401"),
        ),
        checklist=(
            Item(title="Networks", ticked=True, evidence="5 networks are there"),
            Item(title="Volumes", ticked=False, evidence="missing or wrong: redis-data"),
            Item(title="Previous version kept", ticked=None, evidence="no new version"),
        ),
    )


def failed() -> ReleaseReport:
    """An update whose gate stayed closed, before any traffic."""
    whole = report()
    spans = (*whole.timeline.spans[:5], replace(whole.timeline.spans[5], passed=False))
    timeline = replace(whole.timeline, spans=spans, phases=whole.timeline.phases[:3])
    return replace(
        whole,
        id="20261124T025700Z-failed",
        passed=False,
        failure="auth-service-green <keeps> exiting",
        timeline=timeline,
        samples=(),
        checks=(),
        tested=(),
        checklist=(),
    )
