"""A service that was rolled back stays so until it is let go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plan.container import Container
from plan.deployment import Deployment
from plan.generation import Generation
from plan.pins import needless, pinned, pins, still
from plan.release import Pin, Release, ServiceRelease
from plan.request import REQUEST, Request
from plan.resolve import resolve
from settings import load

ROOT = Path(__file__).resolve().parents[3]
NOW = "2026-01-01T00:00:00+00:00"
DEPLOYMENT = resolve(load("dev", ROOT, {}), "dev", ROOT)


def source(name: str, deployment: Deployment = DEPLOYMENT) -> Container:
    return next(each.container for each in deployment.services if each.service.name == name)


AUTH = source("auth-service")
OLD = replace(AUTH, image="pyairtable/auth-service:old")
PIN = Pin(container=OLD, since=NOW, reason="rollback to 1")


def test_a_request_pins_and_says_why() -> None:
    request = Request(pins={"auth-service": OLD}, reason="rollback to 1")
    assert pins({}, request, NOW) == {"auth-service": PIN}


def test_a_pin_stays_over_updates_that_say_nothing_of_it() -> None:
    assert pins({"auth-service": PIN}, Request(), "later") == {"auth-service": PIN}


def test_a_pin_is_let_go_on_request_only() -> None:
    held = {"auth-service": PIN, "user-service": PIN}
    assert pins(held, Request(unpin=("auth-service",)), NOW) == {"user-service": PIN}


def test_a_newer_pin_takes_the_place_of_an_older_one() -> None:
    request = Request(pins={"auth-service": AUTH}, reason="rollback to 2")
    assert pins({"auth-service": PIN}, request, NOW)["auth-service"].container == AUTH


def test_a_pinned_service_runs_its_own_container_and_no_other_changes() -> None:
    found = pinned(DEPLOYMENT, {"auth-service": PIN})
    assert source("auth-service", found) == OLD
    assert source("user-service", found) == source("user-service")


def test_a_pin_to_what_the_source_says_or_of_no_service_is_needless() -> None:
    same = replace(PIN, container=AUTH)
    assert needless(DEPLOYMENT, {"auth-service": same, "gone": PIN}) == {"auth-service", "gone"}
    assert needless(DEPLOYMENT, {"auth-service": PIN}) == set()


def test_a_rollback_or_rotation_releases_nothing_that_it_was_not_asked_for() -> None:
    runs = {
        name: ServiceRelease(slot="blue", slots={"blue": replace(source(name), image=f"{name}:0")})
        for name in ("auth-service", "user-service")
    }
    before = Release(id="1", time=NOW, revision="abc", services=runs, stores={}, schema_image="m:1")
    request = Request(pins={"auth-service": OLD}, instant=True, reason="rollback to 1")
    held = still(DEPLOYMENT, before, request, NOW)
    assert {name: pin.container.image for name, pin in held.items()} == {
        "user-service": "user-service:0",
        "migrations": "m:1",
    }
    assert still(DEPLOYMENT, before, replace(request, instant=False), NOW) == {}
    changes = Request(generations={"api-key": Generation(number=2)})
    assert set(still(DEPLOYMENT, before, changes, NOW)) == {
        "auth-service",
        "user-service",
        "migrations",
    }
    assert still(DEPLOYMENT, None, request, NOW) == {}


def test_pinned_migrations_run_as_their_own_image_with_todays_logins() -> None:
    old = replace(DEPLOYMENT.migrations, image="pyairtable/migrations:old", secrets=())
    held = {"migrations": replace(PIN, container=old)}
    found = pinned(DEPLOYMENT, held)
    assert found.migrations == replace(DEPLOYMENT.migrations, image=old.image)
    assert found.backup.environment["BACKUP_BEFORE"] == old.image
    assert needless(DEPLOYMENT, held) == set()
    same = {"migrations": replace(PIN, container=replace(DEPLOYMENT.migrations, secrets=()))}
    assert needless(DEPLOYMENT, same) == {"migrations"}
    assert pinned(DEPLOYMENT, {}).backup == DEPLOYMENT.backup


def test_a_pin_keeps_which_schema_it_was_made_for() -> None:
    request = Request(pins={"auth-service": OLD}, reason="x", schema="0003")
    assert pins({}, request, NOW)["auth-service"].schema == "0003"


def test_a_request_survives_its_way_through_the_environment() -> None:
    request = Request(pins={"auth-service": OLD}, unpin=("frontend",), instant=True, reason="x")
    assert REQUEST.validate_json(REQUEST.dump_json(request)) == request
