"""A new version takes the idle slot; the serving one is never replaced."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from catalog import Limits, Network
from plan.container import CONTAINER, Attachment, Container
from plan.release import ServiceRelease
from plan.slots import assign

A = Container(
    name="auth-service",
    image="pyairtable/auth-service:aaaaaaaaaaaa",
    built="auth-service",
    user="10001:10001",
    limits=Limits(),
    networks=(Attachment(network=Network.APP),),
    environment={"B": "2", "A": "1"},
)
B = replace(A, image="pyairtable/auth-service:bbbbbbbbbbbb")
C = replace(A, environment={"A": "3"})


def test_the_share_of_the_processors_is_what_is_reserved_of_them() -> None:
    assert A.cpu_shares == 256
    assert replace(A, limits=Limits(reserved_cpus=0.1)).cpu_shares == 102


def test_the_first_version_takes_blue() -> None:
    slots = assign(A, None)
    assert (slots.live, slots.target, dict(slots.containers)) == (None, "blue", {"blue": A})
    assert not slots.releases


def test_an_unchanged_version_stays_where_it_is_and_so_does_the_idle_one() -> None:
    slots = assign(A, ServiceRelease(slot="green", slots={"blue": B, "green": A}))
    assert (slots.live, slots.target) == ("green", "green")
    assert dict(slots.containers) == {"blue": B, "green": A}
    assert not slots.releases


def test_a_new_version_takes_the_idle_slot_and_drops_what_was_there() -> None:
    slots = assign(C, ServiceRelease(slot="green", slots={"blue": B, "green": A}))
    assert (slots.live, slots.target) == ("green", "blue")
    assert dict(slots.containers) == {"green": A, "blue": C}
    assert slots.releases


def test_a_failed_release_is_tried_in_the_same_slot_again() -> None:
    recorded = ServiceRelease(slot="blue", slots={"blue": A})
    assert assign(B, recorded) == assign(B, recorded)
    assert assign(C, recorded).target == assign(B, recorded).target == "green"


@given(st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=12))
def test_whatever_is_released_the_live_slot_keeps_its_version(versions: list[Container]) -> None:
    record: ServiceRelease | None = None
    for wanted in versions:
        slots = assign(wanted, record)
        assert slots.containers[slots.target] == wanted
        if record is not None:
            assert slots.containers[record.slot] == record.slots[record.slot]
        record = ServiceRelease(slot=slots.target, slots=slots.containers)


def test_a_container_survives_the_round_trip_through_the_outputs() -> None:
    plain = CONTAINER.dump_python(A, mode="json")
    # The engine stores numbers as doubles and maps in its own order.
    plain["limits"]["memory_mib"] = float(plain["limits"]["memory_mib"])
    plain["environment"] = dict(sorted(plain["environment"].items()))
    back = CONTAINER.validate_python(plain)
    assert back == A
    assert back.digest == A.digest


def test_a_container_of_somebody_elses_image_survives_it_too() -> None:
    foreign = replace(A, image="example.com/auth:1", built=None)
    # The engine keeps no nulls.
    plain = {k: v for k, v in CONTAINER.dump_python(foreign, mode="json").items() if v is not None}
    back = CONTAINER.validate_python(plain)
    assert back == foreign
    assert back.digest == foreign.digest
