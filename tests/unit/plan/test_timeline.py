"""Which gates a phase waits for, and when it was open."""

from __future__ import annotations

from pathlib import Path

from plan.phases import steps
from plan.resolve import resolve
from plan.timeline import PhaseSpan, Span, members, phase_span
from settings import load

ROOT = Path(__file__).resolve().parents[3]


def span(name: str, begin: float, end: float, *, passed: bool = True) -> Span:
    return Span(kind="container", name=name, begin=begin, end=end, passed=passed)


def test_a_phase_waits_for_the_target_slot_of_each_service() -> None:
    deployment = resolve(load("dev", ROOT, {}), "dev", ROOT)
    target = {each.service.name: "green" for each in deployment.services}
    found = members(steps(deployment), target)
    assert found["infrastructure"] == ("postgres", "redis")
    assert found["schema"] == ("backup", "migrations")
    assert set(found["foundations"]) == {"foundations"}
    assert "auth-service-green" in found["identity"]
    assert "router" in found["entry"]
    assert "validation" not in found


def test_a_phase_is_open_when_its_last_gate_is() -> None:
    postgres, redis = span("postgres", 1, 5), span("redis", 2, 3)
    awaited = ("postgres", "redis")
    assert phase_span("infrastructure", awaited, [redis]) is None
    failed = span("postgres", 1, 5, passed=False)
    assert phase_span("infrastructure", awaited, [redis, failed]) is None
    found = phase_span("infrastructure", awaited, [redis, postgres, span("other", 0, 9)])
    assert found == PhaseSpan(name="infrastructure", begin=1, end=5)
