"""What was seen of a slot while traffic moved. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .counters import Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a slot of a service did since the step began.

    time: seconds since the shift began. all_requests, all_errors: since then, over all steps.
    """

    time: float
    percent: int
    service: str
    slot: str
    requests: int
    errors: int
    p99_ms: float | None
    all_requests: int
    all_errors: int

    def text(self) -> str:
        """Return the sample for people, for example 1234 requests · 0 errors · p99 25 ms."""
        counted = f"{self.requests} requests · {self.errors} errors"
        return counted if self.p99_ms is None else f"{counted} · p99 {milliseconds(self.p99_ms)}"


def sample(
    seconds: float, percent: int, key: tuple[str, str], step: Counters, all_of_it: Counters
) -> Sample:
    """Return a sample. key: service and slot. step: counted since the step began."""
    return Sample(
        time=round(seconds, 2),
        percent=percent,
        service=key[0],
        slot=key[1],
        requests=step.requests,
        errors=step.errors,
        p99_ms=step.p99_ms,
        all_requests=all_of_it.requests,
        all_errors=all_of_it.errors,
    )


def step_line(percent: int, seconds: float, last: Sequence[Sample]) -> str:
    """Return a step's result in one line. last: the last sample of each new version."""
    names = ", ".join(f"{each.service}-{each.slot}" for each in last)
    names = names if len(last) < 4 else f"the new versions of {len(last)} services"
    requests, errors = sum(e.requests for e in last), sum(e.errors for e in last)
    answered = [each for each in last if each.p99_ms is not None]
    slowest = max(answered, key=lambda each: each.p99_ms or 0.0, default=None)
    tail = f", p99 {milliseconds(slowest.p99_ms)}" if slowest and slowest.p99_ms else ""
    if tail and slowest and len(last) > 1:
        tail += f" ({slowest.service})"
    return (
        f"{percent} % of the traffic to {names} for {seconds:.1f} s: "
        f"{requests} requests, {errors} errors{tail}"
    )


def milliseconds(value: float) -> str:
    """Return an upper bound of the router's buckets for people."""
    return "beyond the last bucket" if value == float("inf") else f"{value:g} ms"
