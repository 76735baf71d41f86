"""Automatic names of Docker resources."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from airgap.wire import UNKNOWN

from .docker_calls import CONTAINER, IMAGE, NETWORK, REQUIRED, VOLUME, check


@pytest.mark.parametrize("kind", [CONTAINER, NETWORK, VOLUME])
def test_a_missing_name_is_made_of_that_of_the_resource(kind: str) -> None:
    inputs, told = check(kind, REQUIRED[kind], name="web")
    assert not told
    prefix, _, suffix = inputs["name"].rpartition("-")
    assert prefix == "web"
    assert len(suffix) == 7
    assert int(suffix, 16) >= 0
    assert "name" in inputs["__defaults"]


def test_a_new_name_depends_on_the_seed_and_on_the_resource() -> None:
    def named(name: str, seed: bytes) -> Any:
        return check(VOLUME, {}, name=name, randomSeed=seed)[0]["name"]

    assert named("a", b"1") == named("a", b"1")
    assert named("a", b"1") != named("a", b"2")
    assert named("a", b"1")[1:] != named("b", b"1")[1:]


def test_a_long_name_is_cut_before_its_suffix() -> None:
    name = check(VOLUME, {}, name="ä" * 300)[0]["name"]
    assert len(name) == 255
    assert name[:247] == "ä" * 247
    assert name[247] == "-"


def test_a_resource_whose_name_holds_the_separator_of_urns_is_named_by_all_of_it() -> None:
    assert check(VOLUME, {}, name="a::b")[0]["name"].startswith("a::b-")


def test_an_automatic_name_is_kept() -> None:
    first, _ = check(VOLUME, {})
    second, _ = check(VOLUME, {}, olds=first, randomSeed=b"another")
    assert second == first


def test_a_name_that_was_given_is_not_kept_for_an_automatic_one() -> None:
    first, _ = check(VOLUME, {"name": "mine"})
    second, _ = check(VOLUME, {}, olds=first)
    assert second["name"].startswith("it-")
    assert "name" in second["__defaults"]


def test_a_name_that_is_given_takes_the_place_of_an_automatic_one() -> None:
    first, _ = check(VOLUME, {})
    second, _ = check(VOLUME, {"name": "mine"}, olds=first)
    assert (second["name"], second["__defaults"]) == ("mine", [])


def test_a_name_not_yet_known_stays_so() -> None:
    assert check(VOLUME, {"name": UNKNOWN})[0]["name"] is UNKNOWN


def autonaming(mode: str, proposed: str = "") -> Any:
    options = provider_pb2.CheckRequest.AutonamingOptions
    return options(mode=options.Mode.Value(mode), proposed_name=proposed)


@pytest.mark.parametrize("mode", ["PROPOSE", "ENFORCE"])
def test_a_name_that_the_configuration_proposes_is_an_automatic_one(mode: str) -> None:
    first, _ = check(VOLUME, {}, autonaming=autonaming(mode, "proposed"))
    assert (first["name"], first["__defaults"]) == ("proposed", ["name"])
    again, _ = check(VOLUME, {}, olds=first, autonaming=autonaming(mode, "other"))
    assert again == first


def test_a_proposed_name_gives_way_to_a_given_one() -> None:
    inputs, _ = check(VOLUME, {"name": "mine"}, autonaming=autonaming("PROPOSE", "proposed"))
    assert inputs["name"] == "mine"


def test_a_proposed_name_follows_one_that_was_given_before() -> None:
    olds, _ = check(VOLUME, {"name": "mine"})
    inputs, _ = check(VOLUME, {}, olds=olds, autonaming=autonaming("PROPOSE", "proposed"))
    assert inputs["name"] == "proposed"


def test_no_name_is_made_where_automatic_names_are_off() -> None:
    off = autonaming("DISABLE")
    assert check(VOLUME, {}, autonaming=off)[1] == {
        "name": "name is required: automatic names are turned off"
    }
    assert not check(VOLUME, {"name": "mine"}, autonaming=off)[1]
    olds, _ = check(VOLUME, {})
    assert check(VOLUME, {}, olds=olds, autonaming=off) == (olds, {})


def test_an_image_is_never_named_automatically() -> None:
    assert check(IMAGE, {})[1] == {"name": "name is required"}
