"""What runs is told from what the engine says of its containers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.inventory import Component, ago, component, missing, ordered

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


def inspected(name: str, slot: str | None = None, **state: Any) -> dict[str, Any]:
    labels = {"com.pyairtable.stack": "dev", "com.pyairtable.component": name}
    if slot:
        labels["com.pyairtable.slot"] = slot
    given = {
        "Status": "running",
        "ExitCode": 0,
        "StartedAt": "2026-11-23T20:00:00.123456789Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "Health": {"Status": "healthy"},
    }
    return {
        "Name": f"/pyairtable-dev-{name}",
        "Config": {"Image": f"pyairtable/{name}:1", "Labels": labels},
        "State": {**given, **state},
    }


def test_a_service_that_serves_is_live() -> None:
    found = component(inspected("auth-service", "blue"), {"auth-service": "blue"})
    assert found.as_dict() == {
        "name": "auth-service",
        "kind": "service",
        "slot": "blue",
        "traffic": "live",
        "image": "pyairtable/auth-service:1",
        "state": "running",
        "health": "healthy",
        "since": "2026-11-23T20:00:00+00:00",
    }
    assert found.row(NOW) == (
        "auth-service",
        "blue",
        "live",
        "running",
        "healthy",
        "1h 0m",
        "pyairtable/auth-service:1",
    )


def test_the_other_slot_is_the_previous_version() -> None:
    live = {"auth-service": "green"}
    assert component(inspected("auth-service", "blue"), live).traffic == "previous"


def test_before_the_first_release_nothing_is_known_of_traffic() -> None:
    assert component(inspected("auth-service", "blue"), {}).traffic is None


def test_a_store_has_no_slot() -> None:
    found = component(inspected("postgres"), {})
    assert (found.kind, found.slot, found.traffic) == ("store", None, None)
    assert found.row(NOW)[1:3] == ("", "")


def test_a_container_that_ended_tells_its_code_and_when() -> None:
    ended = inspected("migrations", Status="exited", ExitCode=3, FinishedAt="2026-11-23T20:59:00Z")
    found = component(ended, {})
    assert (found.kind, found.state, found.health) == ("job", "exited (3)", None)
    assert found.row(NOW)[5] == "1m 0s"


def test_a_container_that_was_only_made_has_no_time() -> None:
    found = component(inspected("redis", Status="created"), {})
    assert (found.state, found.since) == ("created", None)
    assert found.row(NOW)[5] == ""


def test_a_container_without_a_health_check_has_no_health() -> None:
    assert component(inspected("redis", Health=None), {}).health is None


def test_what_the_release_left_serving_and_is_gone_is_missing() -> None:
    there = [component(inspected("auth-service", "blue"), {})]
    live = {
        "auth-service": {"slot": "blue", "image": "a:1"},
        "user-service": {"slot": "green", "image": "u:1"},
    }
    (gone,) = missing(there, live)
    assert (gone.name, gone.slot, gone.state, gone.image) == (
        "user-service",
        "green",
        "missing",
        "u:1",
    )


def test_stores_come_first_then_services_as_in_the_catalog_then_router_and_jobs() -> None:
    names = ["migrations", "router", "api-gateway", "auth-service", "redis", "postgres", "backup"]
    found: list[Component] = [component(inspected(name), {}) for name in names]
    assert [each.name for each in ordered(found)] == [
        "postgres",
        "redis",
        "auth-service",
        "api-gateway",
        "router",
        "backup",
        "migrations",
    ]


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(seconds=-2), "0s"),
        (timedelta(seconds=9), "9s"),
        (timedelta(minutes=3, seconds=5), "3m 5s"),
        (timedelta(hours=3, minutes=12, seconds=9), "3h 12m"),
        (timedelta(days=2, minutes=59), "2d 0h"),
    ],
)
def test_how_long_ago_is_told_in_two_units(passed: timedelta, told: str) -> None:
    assert ago(NOW - passed, NOW) == told
