"""The random provider against the SDK's own types: every property is handled or refused."""

from __future__ import annotations

import inspect
from typing import Any

import pulumi
import pulumi_random
import pytest
from pulumi._types import input_type_types, resource_types

from airgap.random_provider.resources import BYTES, RESOURCES, refusal

from .random_calls import ID, PASSWORD, PET, STRING, Refused, check

SUPPORTED: dict[str, type[pulumi.CustomResource]] = {
    PASSWORD: pulumi_random.RandomPassword,
    STRING: pulumi_random.RandomString,
    ID: pulumi_random.RandomId,
    PET: pulumi_random.RandomPet,
}


def properties(resource: type[pulumi.CustomResource]) -> dict[str, Any]:
    """Return the wire names and types of the inputs of an SDK class."""
    args = getattr(pulumi_random, f"{resource.__name__}Args")
    return dict(input_type_types(args))


@pytest.mark.parametrize("kind", SUPPORTED)
def test_every_input_of_the_sdk_is_handled_and_no_other(kind: str) -> None:
    assert set(properties(SUPPORTED[kind])) == set(RESOURCES[kind].inputs)


@pytest.mark.parametrize("kind", SUPPORTED)
def test_every_output_of_the_sdk_is_made_and_no_other(kind: str) -> None:
    names = set(RESOURCES[kind].inputs) | set(RESOURCES[kind].outputs)
    assert {_wire(name) for name in resource_types(SUPPORTED[kind])} == names


@pytest.mark.parametrize("kind", SUPPORTED)
def test_a_value_of_a_wrong_type_is_refused_for_every_property(kind: str) -> None:
    for name, hint in properties(SUPPORTED[kind]).items():
        wrong: object = ["list"] if hint is str else "text"
        assert name in check(kind, {name: wrong})[1], f"{name} took {wrong!r}"


def test_every_other_resource_of_the_sdk_is_refused_by_name() -> None:
    names = [
        name
        for name, each in vars(pulumi_random).items()
        if inspect.isclass(each) and issubclass(each, pulumi.CustomResource)
    ]
    tokens = {f"random:index/{name[0].lower()}{name[1:]}:{name}" for name in names}
    others = tokens - set(RESOURCES)
    assert BYTES in others
    assert set(RESOURCES) < tokens
    for token in others:
        with pytest.raises(Refused):
            check(token, {})
        assert "not supported" in refusal(token)


def _wire(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
