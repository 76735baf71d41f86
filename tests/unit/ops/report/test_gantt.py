"""The timeline's bars stand where the time says."""

from __future__ import annotations

import pytest

from ops.report.gantt import LABELS, WIDTH, gantt
from ops.report.scale import Scale, seconds_text, seconds_ticks

from .example import failed, report


def test_phases_come_in_order_each_with_what_it_waited_for() -> None:
    labels = [bar.label for bar in gantt(report()).bars]
    assert labels == [
        "foundations",
        *("infrastructure", "postgres", "redis"),
        *("schema", "backup", "migrations"),
        *("identity", "auth-service-green", "user-service-blue"),
        "test",
        *("traffic", "10 %", "50 %", "100 %"),
        "validation",
    ]


def test_a_bar_begins_and_ends_with_its_span() -> None:
    bar = next(bar for bar in gantt(report()).bars if bar.label == "migrations")
    place = Scale(0, 25.5, LABELS, WIDTH - 10)
    assert (bar.x, bar.kind, bar.text) == (place.at(4.0), "job", "1.2 s, until 5.2 s")
    assert bar.x + bar.width == pytest.approx(place.at(5.2), abs=0.2)
    assert bar.asked == place.at(4.6)


def test_what_ran_already_is_told_apart() -> None:
    bar = next(bar for bar in gantt(report()).bars if bar.label == "redis")
    assert (bar.kind, bar.text, bar.asked) == ("same", "was open already", None)


def test_a_gate_that_failed_is_marked_and_its_phase_is_not_there() -> None:
    bars = {bar.label: bar for bar in gantt(failed()).bars}
    assert bars["auth-service-green"].kind == "failed"
    assert bars["auth-service-green"].text == "failed at 8.1 s"
    assert "identity" not in bars


def test_a_scale_is_even_or_logarithmic_and_keeps_to_its_ends() -> None:
    assert Scale(0, 10, 100, 200).at(5) == 150
    assert Scale(1, 100, 140, 20, logarithmic=True).at(10) == 80
    assert Scale(0, 10, 100, 200).at(float("inf")) == 200


def test_seconds_are_told_for_people() -> None:
    assert [seconds_text(value) for value in (0.25, 8.14, 25.5, 120, 125)] == [
        "0.25 s",
        "8.14 s",
        "26 s",
        "2 min",
        "2 min 5 s",
    ]
    assert seconds_ticks(25) == [0, 5, 10, 15, 20, 25]
    assert len(seconds_ticks(100_000)) == 28
