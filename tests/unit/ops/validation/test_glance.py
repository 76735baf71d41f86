"""One command asks all addresses at once."""

from __future__ import annotations

from ops.validation import glance

HEALTH, READY, ROUTED = "http://a-blue:1/health", "http://a-blue:1/ready", "http://a:1/ready"
ALL = (HEALTH, READY, ROUTED)


def test_every_address_is_asked_side_by_side_and_its_body_is_not_wanted() -> None:
    command = glance.asking(ALL)
    assert command[:3] == ["timeout", "3", "curl"]
    assert "--parallel" in command
    assert [each for each in command if each.startswith("http")] == list(ALL)
    assert command.count("/dev/null") == len(ALL)


def test_only_answers_of_200_are_well() -> None:
    output = f"200 0.0021 {HEALTH}\n503 0.001 {READY}\n000 3.0 {ROUTED}\ncurl: (28) 200 0.1 x\n"
    assert glance.well(output) == {HEALTH: 2.1}


def test_the_latency_is_that_of_readiness_when_all_answered_well() -> None:
    assert glance.latency(ALL, {HEALTH: 1.0, READY: 2.0, ROUTED: 3.0}) == 2.0
    assert glance.latency(ALL[:2], {HEALTH: 1.0, READY: 2.0}) == 2.0
    assert glance.latency(ALL, {HEALTH: 1.0, READY: 2.0}) is None
