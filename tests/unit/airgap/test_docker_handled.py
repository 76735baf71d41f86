"""Each property that is taken does something: another value leads to other calls of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from airgap.docker_provider.container_config import config
from airgap.docker_provider.registry import RESOURCES
from airgap.docker_provider.schema import Property

from .docker_calls import CONTAINER, IMAGE, KINDS, NETWORK, REQUIRED, VOLUME, check
from .docker_engine import Api, create, delete, engine, error, inspected
from .test_docker_changes import BUILD_REPLACED, BUILD_UPDATED, REPLACED, UPDATED, rows
from .test_docker_state import IMAGE_FOUND, NETWORK_FOUND, VOLUME_FOUND

# What is for the provider alone, with the test that holds what it does.
NOT_FOR_THE_ENGINE = {
    CONTAINER: {
        "mustRun",  # whether a stopped one is started again: test_docker_state
        "waitTimeout",  # how long it is waited for: test_docker_steps
        "containerReadRefreshTimeoutMilliseconds",  # the official provider does nothing with it
    },
    IMAGE: {"triggers", "pullTriggers"},  # make it anew: test_docker_changes
}
# The one builder there is here.
NOT_OF_A_BUILD = {"useLegacyBuilder"}
WITH: dict[str, dict[str, Any]] = {"logs": {"attach": True}, "ipamOptions": {}}

# An object of each kind within a resource, and two values of each of its fields.
INSIDE: dict[str, tuple[dict[str, Any], dict[str, tuple[Any, Any]]]] = {
    "healthcheck": (
        {"tests": ["CMD", "a"]},
        {
            "tests": (["CMD", "a"], ["CMD", "b"]),
            "interval": ("1s", "2s"),
            "timeout": ("1s", "2s"),
            "startPeriod": ("1s", "2s"),
            "startInterval": ("1s", "2s"),
            "retries": (1, 2),
        },
    ),
    "mounts": (
        {"target": "/a", "type": "volume"},
        {
            "target": ("/a", "/b"),
            "source": ("a", "b"),
            "type": ("volume", "tmpfs"),
            "readOnly": (False, True),
            "bindOptions": ({"propagation": "shared"}, {"propagation": "private"}),
            "tmpfsOptions": ({"mode": 1}, {"mode": 2}),
        },
    ),
    "mounts.bindOptions": ({}, {"propagation": ("shared", "private")}),
    "mounts.tmpfsOptions": ({}, {"sizeBytes": (1, 2), "mode": (1, 2)}),
    "networksAdvanced": (
        {"name": "a"},
        {
            "name": ("a", "b"),
            "aliases": (["a"], ["b"]),
            "ipv4Address": ("10.0.0.1", "10.0.0.2"),
            "ipv6Address": ("::1", "::2"),
            "linkLocalIps": (["10.0.0.1"], ["10.0.0.2"]),
            "driverOpts": (["a=1"], ["a=2"]),
        },
    ),
    "ports": (
        {"internal": 1},
        {
            "internal": (1, 2),
            "external": (1, 2),
            "ip": ("127.0.0.1", "0.0.0.0"),
            "protocol": ("tcp", "udp"),
        },
    ),
    "uploads": (
        {"file": "/a"},
        {
            "file": ("/a", "/b"),
            "content": ("a", "b"),
            "contentBase64": ("YQ==", "Yg=="),
            "executable": (False, True),
            "permissions": ("0600", "0644"),
        },
    ),
    "volumes": (
        {},
        {
            "containerPath": ("/a", "/b"),
            "hostPath": ("/a", "/b"),
            "volumeName": ("a", "b"),
            "fromContainer": ("a", "b"),
            "readOnly": (False, True),
        },
    ),
    "hosts": (
        {"host": "a", "ip": "10.0.0.1"},
        {"host": ("a", "b"), "ip": ("10.0.0.1", "10.0.0.2")},
    ),
    "capabilities": ({}, {"adds": (["a"], ["b"]), "drops": (["a"], ["b"])}),
    "ulimits": (
        {"name": "a", "soft": 1, "hard": 2},
        {"name": ("a", "b"), "soft": (1, 2), "hard": (1, 2)},
    ),
    "labels": ({"label": "a", "value": "b"}, {"label": ("a", "b"), "value": ("a", "b")}),
    "ipamConfigs": (
        {},
        {
            "subnet": ("10.1.0.0/24", "10.2.0.0/24"),
            "ipRange": ("10.1.0.0/25", "10.1.0.0/26"),
            "gateway": ("10.1.0.1", "10.1.0.2"),
            "auxAddress": ({"a": "10.1.0.3"}, {"a": "10.1.0.4"}),
        },
    ),
    "build": ({"context": "c"}, {**BUILD_REPLACED, **BUILD_UPDATED}),
}
# What a field needs beside it to mean anything.
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("uploads", "file"): {"content": "a"},
    ("uploads", "executable"): {"content": "a"},
    ("uploads", "permissions"): {"content": "a"},
    ("volumes", "hostPath"): {"containerPath": "/x"},
    ("volumes", "volumeName"): {"containerPath": "/x"},
    ("volumes", "readOnly"): {"containerPath": "/x", "volumeName": "x"},
}


def objects(table: Mapping[str, Property], place: str = "") -> list[tuple[str, Property]]:
    """Return the places of all objects within a table, however deep."""
    found = []
    for name, spec in table.items():
        if spec.fields:
            found += [(place + name, spec), *objects(spec.fields, f"{place}{name}.")]
    return found


PLACES = [
    (kind, place, spec) for kind in KINDS for place, spec in objects(RESOURCES[kind][0].properties)
]


def placed(kind: str, place: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return inputs with an object at a place."""
    outer, _, inner = place.partition(".")
    if inner:
        value = {**INSIDE[outer][0], inner: value}
    many = RESOURCES[kind][0].properties[outer].kind in ("objects", "objectset")
    return {outer: [value] if many else value}


def life(kind: str, given: Mapping[str, Any]) -> str:
    """Return all that the engine is asked for while a resource is made and removed."""
    inputs, refused = check(kind, {**REQUIRED[kind], "name": "it", **given})
    assert not refused
    api = answering_engine(kind, inputs)
    api.api_version = "1.44"
    create(kind, inputs, api)
    delete(kind, inputs, api)
    return str([(name, told(arguments), told(named)) for name, arguments, named in api.calls])


def told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return value.read() if hasattr(value, "read") else value


def answering_engine(kind: str, inputs: dict[str, Any]) -> Api:
    if kind == CONTAINER:
        made = inspected(config(inputs), inputs["name"])
        made["State"]["Health"] = {"Status": "healthy"}
        return engine(inputs, inspect_container=lambda _: made, logs=b"")
    there = iter([] if inputs.get("build") else [error(404, "no such image")])
    return Api(
        create_network={"Id": "made"},
        inspect_network=NETWORK_FOUND,
        create_volume={"Name": "made"},
        inspect_volume=VOLUME_FOUND,
        inspect_image=lambda _: _raised(next(there, None)) or IMAGE_FOUND,
        pull=[],
        build=[],
    )


def _raised(given: Exception | None) -> None:
    if given is not None:
        raise given


@pytest.fixture(autouse=True)
def _contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text(f"FROM {name}\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("kind", "name", "old", "new"), rows(REPLACED) + rows(UPDATED))
def test_each_property_reaches_the_engine_or_is_known_not_to(
    kind: str, name: str, old: Any, new: Any
) -> None:
    beside = WITH.get(name, {})
    before, after = (life(kind, {**beside, name: value}) for value in (old, new))
    assert (before == after) is (name in NOT_FOR_THE_ENGINE.get(kind, ()))


def test_each_object_within_a_resource_is_looked_at() -> None:
    assert {place for _, place, _ in PLACES} == set(INSIDE)
    for _, place, spec in PLACES:
        assert set(spec.fields or ()) == set(INSIDE[place][1])


@pytest.mark.parametrize(
    ("kind", "place", "field"),
    [(kind, place, field) for kind, place, _ in PLACES for field in INSIDE[place][1]],
)
def test_each_field_of_an_object_reaches_the_engine(kind: str, place: str, field: str) -> None:
    base, fields = INSIDE[place]
    beside = {**base, **BESIDE.get((place, field), {})}
    before, after = (
        life(kind, placed(kind, place, {**beside, field: value})) for value in fields[field]
    )
    assert (before == after) is (place == "build" and field in NOT_OF_A_BUILD)


@pytest.mark.parametrize("kind", [NETWORK, VOLUME, IMAGE, CONTAINER])
def test_the_same_inputs_lead_to_the_same_calls(kind: str) -> None:
    assert life(kind, {}) == life(kind, {})
