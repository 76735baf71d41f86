"""The release record: made when something changed, the last ten kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog import Limits, Network
from plan.container import CONTAINER as CONTAINERS
from plan.container import Attachment, Container
from plan.release import RELEASE, Pin, Release, ServiceRelease, containers, kept

CONTAINER = Container(
    name="a",
    image="pyairtable/a:1",
    built="a",
    user="1:1",
    limits=Limits(),
    networks=(Attachment(network=Network.APP),),
)


def release(identity: str, image: str = "pyairtable/a:1") -> Release:
    container = replace(CONTAINER, image=image)
    return Release(
        id=identity,
        time="2026-01-01T00:00:00+00:00",
        revision="abc",
        services={"a": ServiceRelease(slot="blue", slots={"blue": container})},
        stores={"redis": "pyairtable/redis:1"},
        schema_image="pyairtable/migrations:1",
    )


def test_a_release_that_changes_nothing_is_the_same() -> None:
    assert release("1").same_as(release("2"))
    assert not release("1").same_as(release("1", "pyairtable/a:2"))


def test_a_release_survives_the_round_trip_through_the_outputs() -> None:
    plain = RELEASE.dump_python(release("1"), mode="json")
    assert RELEASE.validate_python(plain) == release("1")


def test_so_many_releases_are_kept_newest_first() -> None:
    summaries: tuple[Any, ...] = ()
    for number in range(8):
        summaries = kept(summaries, release(str(number)), 5)
    assert [each["id"] for each in summaries] == ["7", "6", "5", "4", "3"]


def test_an_update_that_changed_nothing_adds_no_release() -> None:
    once = kept((), release("1"), 10)
    assert kept(once, release("1"), 10) == once


def test_the_containers_of_kept_releases_are_kept_and_no_others() -> None:
    known: dict[str, Any] = {}
    summaries: tuple[Any, ...] = ()
    for number in range(4):
        new = release(str(number), f"pyairtable/a:{number}")
        summaries = kept(summaries, new, 2)
        known = containers(summaries, known, new)
    assert sorted(each["image"] for each in known.values()) == ["pyairtable/a:2", "pyairtable/a:3"]
    assert all(CONTAINERS.validate_python(each).digest == key for key, each in known.items())


def test_a_summary_says_what_was_live() -> None:
    summary = release("1").summary()
    assert summary["services"] == {
        "a": {"slot": "blue", "image": "pyairtable/a:1", "digest": CONTAINER.digest}
    }
    assert release("1").slots == {"a": "blue"}


def test_a_summary_says_for_which_schema_a_pinned_service_was_made() -> None:
    pin = Pin(container=CONTAINER, since="", reason="", schema="0003")
    found = replace(release("1"), pins={"a": pin}).summary()
    assert found["services"]["a"]["schema"] == "0003"
    bare = replace(release("1"), pins={"a": replace(pin, schema=None)}).summary()
    assert "schema" not in bare["services"]["a"]
