"""Which inputs the random provider takes."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from airgap.wire import UNKNOWN

from .random_calls import (
    ID,
    KINDS,
    PASSWORD,
    PET,
    STRING,
    Context,
    Refused,
    check,
    create,
    provider,
    struct,
    urn,
)

REQUIRED: dict[str, dict[str, Any]] = {
    PASSWORD: {"length": 8},
    STRING: {"length": 8},
    ID: {"byteLength": 8},
    PET: {},
}


@pytest.mark.parametrize("kind", [PASSWORD, STRING])
def test_defaults_of_texts_are_filled_in_and_named(kind: str) -> None:
    inputs, failures = check(kind, {"length": 8})
    flags = dict.fromkeys(("special", "upper", "lower", "numeric", "number"), True)
    mins = dict.fromkeys(("minLower", "minUpper", "minNumeric", "minSpecial"), 0)
    assert not failures
    assert inputs == {"length": 8, **flags, **mins, "__defaults": sorted({**flags, **mins})}


def test_defaults_of_pets_are_filled_in() -> None:
    assert check(PET, {})[0] == {
        "length": 2,
        "separator": "-",
        "__defaults": ["length", "separator"],
    }


@pytest.mark.parametrize(("name", "other"), [("number", "numeric"), ("numeric", "number")])
def test_the_old_and_the_new_name_of_numeric_hold_the_same(name: str, other: str) -> None:
    inputs, _ = check(PASSWORD, {"length": 8, name: False})
    assert (inputs[name], inputs[other]) == (False, False)


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    (PASSWORD, {}, "length", "required"),
    (PASSWORD, {"length": 0}, "length", "at least 1"),
    (PASSWORD, {"length": -1}, "length", "at least 1"),
    (PASSWORD, {"length": 65_537}, "length", "at most 65536"),
    (PASSWORD, {"length": 1e300}, "length", "at most"),
    (PASSWORD, {"length": 1.5}, "length", "whole number"),
    (PASSWORD, {"length": float("inf")}, "length", "whole number"),
    (PASSWORD, {"length": float("nan")}, "length", "whole number"),
    (PASSWORD, {"length": "8"}, "length", "whole number"),
    (PASSWORD, {"length": True}, "length", "whole number"),
    (PASSWORD, {"length": 8, "special": "yes"}, "special", "true or false"),
    (PASSWORD, {"length": 8, "minLower": -1}, "minLower", "at least 0"),
    (PASSWORD, {"length": 3, "minLower": 2, "minUpper": 2}, "length", "sum of the min inputs, 4"),
    (
        STRING,
        {"length": 8, **dict.fromkeys(("upper", "lower", "numeric", "special"), False)},
        "upper",
        "At least one",
    ),
    (STRING, {"length": 8, "number": True, "numeric": False}, "number", "old name of numeric"),
    (STRING, {"length": 8, "overrideSpecial": "äö"}, "overrideSpecial", "ASCII"),
    (STRING, {"length": 8, "overrideSpecial": "a\n"}, "overrideSpecial", "printable"),
    (STRING, {"length": 8, "overrideSpecial": 3}, "overrideSpecial", "text"),
    (STRING, {"length": 8, "size": 3}, "size", "not an input of random:index/randomString"),
    (ID, {}, "byteLength", "required"),
    (ID, {"byteLength": 1025}, "byteLength", "at most 1024"),
    (ID, {"byteLength": 8, "prefix": ["x"]}, "prefix", "text"),
    (ID, {"byteLength": 8, "keepers": ["x"]}, "keepers", "map"),
    (ID, {"byteLength": 8, "keepers": {"a": {"b": "c"}}}, "keepers", "'a'"),
    (ID, {"byteLength": 8, "keepers": {"a": float("inf")}}, "keepers", "'a'"),
    (PET, {"length": 0}, "length", "at least 1"),
    (PET, {"length": 1025}, "length", "at most"),
]


@pytest.mark.parametrize(("kind", "news", "name", "reason"), WRONG)
def test_a_wrong_input_is_refused_by_name(
    kind: str, news: dict[str, Any], name: str, reason: str
) -> None:
    failures = check(kind, news)[1]
    assert list(failures) == [name]
    assert reason in failures[name]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert set(check(PASSWORD, {"special": 1, "nonsense": 2})[1]) == {
        "length",
        "special",
        "nonsense",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_keepers_are_compared_as_texts(kind: str) -> None:
    keepers = {"n": 1, "b": True, "f": 1.5, "s": "x", "gone": None}
    inputs, failures = check(kind, {**REQUIRED[kind], "keepers": keepers})
    assert not failures
    assert inputs["keepers"] == {"n": "1", "b": "true", "f": "1.5", "s": "x"}


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_are_not_yet_known_pass(kind: str) -> None:
    news = {**dict.fromkeys(REQUIRED[kind], UNKNOWN), "keepers": {"a": UNKNOWN}}
    inputs, failures = check(kind, news)
    assert not failures
    assert inputs["keepers"] == {"a": UNKNOWN}


def test_a_length_not_yet_known_defers_the_comparison_with_the_minimums() -> None:
    assert not check(STRING, {"length": UNKNOWN, "minLower": 5})[1]


def test_random_bytes_are_refused_with_the_reason() -> None:
    with pytest.raises(Refused, match=r"its id, which stands unencrypted .* Use RandomPassword"):
        check("random:index/randomBytes:RandomBytes", {"length": 3})


@pytest.mark.parametrize("kind", ["random:index/randomUuid:RandomUuid", "nonsense", ""])
def test_an_unknown_type_is_refused_with_those_that_there_are(kind: str) -> None:
    with pytest.raises(Refused, match="RandomId, RandomPassword, RandomPet, RandomString"):
        create(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_a_resource_may_hold_the_separator_of_urns(kind: str) -> None:
    request = provider_pb2.CheckRequest(urn=urn(kind, "a::b$c::d"), news=struct(REQUIRED[kind]))
    assert not provider.Check(request, Context()).failures
