"""What an update interrupts is known, told and, in production, refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plan.deployment import Deployment
from plan.generation import Generation, Stage
from plan.interruption import Interruption, fixed, interruption, refused, spared
from plan.release import RELEASE, Release, ServiceRelease
from plan.request import ALLOW_DOWNTIME, VARIABLE, Request, asked
from plan.resolve import resolve
from plan.rotation import rotated
from settings import load

ROOT = Path(__file__).resolve().parents[3]


def wanted(stack: str = "dev", **overrides: Any) -> Deployment:
    return resolve(load(stack, ROOT, overrides), stack, ROOT)


def released(deployment: Deployment) -> Release:
    return Release(
        id="1",
        time="2026-01-01T00:00:00+00:00",
        revision="abc",
        services={
            each.service.name: ServiceRelease(slot="blue", slots={"blue": each.container})
            for each in deployment.services
        },
        stores={},
        schema_image="pyairtable/migrations:1",
        fixed=fixed(deployment),
    )


BEFORE = released(wanted())
LESS = {"redis": {"limits": {"memoryMiB": 256}}}


def test_nothing_is_interrupted_by_a_first_start_or_by_a_release_of_services() -> None:
    assert not interruption(None, wanted())
    assert not interruption(BEFORE, wanted())
    assert not interruption(BEFORE, wanted(services={"auth-service": {"logLevel": "ERROR"}}))
    assert str(interruption(BEFORE, wanted())) == ""


def test_nothing_is_said_of_what_an_earlier_record_does_not_know() -> None:
    assert not interruption(replace(BEFORE, fixed={}), wanted(stores=LESS))


def test_a_store_with_other_settings_is_announced_with_what_changes_and_for_how_long() -> None:
    found = interruption(BEFORE, wanted(stores=LESS))
    assert found
    assert [each.name for each in found.stores] == ["redis"]
    assert found.router is None
    assert found.worst == found.drain_seconds + found.stores[0].worst
    assert str(found) == (
        "Downtime: redis is replaced (limits, environment). Requests are answered 503 with "
        f"Retry-After while those that run end, within {found.drain_seconds} s, and then for about "
        f"10 s; at worst for {found.worst} s in all. The data stays."
    )


def test_stores_are_replaced_side_by_side_so_the_slowest_counts() -> None:
    found = interruption(
        BEFORE,
        wanted(stores={**LESS, "postgres": {"image": "example.com/postgres:16"}}),
    )
    assert {each.name: each.aspects for each in found.stores} == {
        "postgres": ("image",),
        "redis": ("limits", "environment"),
    }
    assert "for about 15 s" in str(found)


def test_another_image_or_port_of_the_router_is_announced() -> None:
    found = interruption(BEFORE, wanted(entry={"gatewayPort": 8081}))
    assert found.stores == ()
    assert str(found) == (
        "Downtime: router is replaced (published ports). The published ports refuse connections "
        f"for about 10 s, at worst {found.router.worst if found.router else 0} s."
    )
    image = replace(wanted().router, image="example.com/router:2")
    assert "router is replaced (image)" in str(
        interruption(BEFORE, replace(wanted(), router=image))
    )
    assert found.worst == found.drain_seconds


def test_another_configuration_of_the_router_interrupts_nothing() -> None:
    router = replace(wanted().router, files={"/etc/haproxy/haproxy.cfg": "other"})
    assert not interruption(BEFORE, replace(wanted(), router=router))


OWN = {"redis": {"image": "example.com/redis:7"}}


def test_secrets_interrupt_only_a_store_that_takes_none_while_it_runs() -> None:
    accepted = Generation(number=2, stage=Stage.ACCEPTED, since="2026-01-01T00:00:00+00:00")
    assert not interruption(BEFORE, rotated(wanted(), {"redis-password": accepted}))
    redis = BEFORE.fixed["redis"]
    fewer = replace(BEFORE, fixed={**BEFORE.fixed, "redis": replace(redis, secrets=())})
    assert not interruption(fewer, wanted())
    own = released(wanted(stores=OWN))
    other = replace(own.fixed["redis"], secrets=())
    before = replace(own, fixed={**own.fixed, "redis": other})
    assert "redis is replaced (secrets)" in str(interruption(before, wanted(stores=OWN)))


def test_production_refuses_downtime_and_says_how_to_allow_it() -> None:
    found = interruption(BEFORE, wanted(stores=LESS))
    prod = replace(wanted(stores=LESS), allow_downtime=False)
    said = refused(found, prod, Request())
    assert said is not None
    assert str(found) in said
    assert "`platformctl up --stack dev --allow-downtime`" in said
    assert f"{ALLOW_DOWNTIME}=1" in said
    assert "release.allowDowntime" in said
    assert refused(found, prod, Request(allow_downtime=True)) is None
    assert refused(found, wanted(), Request()) is None
    assert refused(Interruption(), prod, Request()) is None


@pytest.mark.parametrize(
    ("environment", "setting", "allowed"),
    [
        ("development", False, True),
        ("test", False, True),
        ("staging", False, True),
        ("production", False, False),
        ("production", True, True),
    ],
)
def test_only_production_wants_downtime_to_be_allowed(
    environment: str, setting: bool, allowed: bool
) -> None:
    settings = load("dev", ROOT, {"release": {"allowDowntime": setting}})
    kind = settings.platform.model_copy(update={"environment": environment})
    changed = settings.model_copy(update={"platform": kind})
    assert resolve(changed, "dev", ROOT).allow_downtime is allowed


def test_a_variable_allows_downtime_where_no_platformctl_does() -> None:
    assert asked({}) == Request()
    assert not asked({ALLOW_DOWNTIME: "0"}).allow_downtime
    assert asked({ALLOW_DOWNTIME: "1"}).allow_downtime
    both = asked({ALLOW_DOWNTIME: "1", VARIABLE: '{"reason": "mended"}'})
    assert both == Request(reason="mended", allow_downtime=True)
    assert asked({VARIABLE: '{"allow_downtime": true}'}).allow_downtime


def test_a_rollback_or_rotation_leaves_stores_and_router_as_they_are() -> None:
    source = wanted(stores=LESS, entry={"gatewayPort": 8081})
    rollback = spared(source, BEFORE, Request(instant=True))
    assert not interruption(BEFORE, rollback)
    assert rollback.router == wanted().router
    used = Generation(number=2, stage=Stage.USED)
    rotation = spared(source, BEFORE, Request(generations={"redis-password": used}))
    assert not interruption(BEFORE, rotation)
    assert spared(source, BEFORE, Request()) is source
    assert spared(source, None, Request(instant=True)) is source
    unknown = spared(source, replace(BEFORE, fixed={}), Request(instant=True))
    assert unknown.stores == source.stores


def test_a_router_that_leads_to_other_services_is_not_left_as_it_is() -> None:
    services = dict(BEFORE.services)
    del services["frontend"]
    before = replace(BEFORE, services=services)
    source = wanted(entry={"gatewayPort": 8081})
    assert spared(source, before, Request(instant=True)).router == source.router


def test_the_record_of_stores_and_router_survives_the_outputs_and_makes_a_release() -> None:
    plain = RELEASE.dump_python(BEFORE, mode="json")
    assert RELEASE.validate_python(plain) == BEFORE
    assert not BEFORE.same_as(released(wanted(stores=LESS)))
    assert len(str(plain["fixed"]["router"])) < 10_000
