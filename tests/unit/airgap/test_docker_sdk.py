"""The Docker provider against the SDK's own types: every property is handled or refused."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pulumi_docker
import pytest
from pulumi._types import input_type_types, resource_types
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.docker_provider.functions import FUNCTIONS
from airgap.docker_provider.registry import RESOURCES
from airgap.docker_provider.schema import Property

from .docker_calls import (
    CONTAINER,
    IMAGE,
    KINDS,
    NETWORK,
    REQUIRED,
    VOLUME,
    Context,
    Refused,
    check,
    failures,
    provider,
    struct,
)

SUPPORTED: dict[str, type[pulumi.CustomResource]] = {
    CONTAINER: pulumi_docker.Container,
    IMAGE: pulumi_docker.RemoteImage,
    NETWORK: pulumi_docker.Network,
    VOLUME: pulumi_docker.Volume,
}
# What the SDK has and this provider refuses; a new one is to be looked at.
REFUSED: dict[str, set[str]] = {
    "Container": {
        "cgroupnsMode",
        "deviceCgroupRules",
        "deviceReadBps",
        "deviceReadIops",
        "deviceRequests",
        "deviceWriteBps",
        "deviceWriteIops",
        "devices",
        "gpus",
        "platform",
        "storageOpts",
    },
    "Container.mounts": {"volumeOptions"},
    "Container.networksAdvanced": {"gwPriority", "macAddress"},
    "Container.uploads": {"group", "owner", "source", "sourceHash"},
    "Container.volumes": {"selinuxRelabel"},
    "RemoteImage.build": {
        "additionalContexts",
        "authConfigs",
        "buildId",
        "buildLogFile",
        "builder",
        "cacheFroms",
        "cacheTos",
        "cgroupParent",
        "cpuPeriod",
        "cpuQuota",
        "cpuSetCpus",
        "cpuSetMems",
        "cpuShares",
        "isolation",
        "memory",
        "memorySwap",
        "provenance",
        "remoteContext",
        "sbom",
        "secrets",
        "securityOpts",
        "sessionId",
        "shmSize",
        "squash",
        "suppressOutput",
        "ulimits",
        "version",
    },
    "Volume": {"cluster"},
}


class Level(typing.NamedTuple):
    """An object of a resource: its place in the inputs, its SDK class and our table."""

    kind: str
    place: tuple[str, ...]
    args: type
    table: Mapping[str, Property]

    @property
    def name(self) -> str:
        return ".".join((SUPPORTED[self.kind].__name__, *self.place))


def levels(kind: str) -> Iterator[Level]:
    args = getattr(pulumi_docker, f"{SUPPORTED[kind].__name__}Args")
    yield from beneath(Level(kind, (), args, RESOURCES[kind][0].properties))


def beneath(level: Level) -> Iterator[Level]:
    yield level
    for name, hint in input_type_types(level.args).items():
        inner, spec = args_class(hint), level.table.get(name)
        if inner and spec:
            yield from beneath(Level(level.kind, (*level.place, name), inner, spec.fields or {}))


def args_class(hint: Any) -> type | None:
    """Return the Args class in a type hint, if there is one."""
    if inspect.isclass(hint) and typing.get_origin(hint) is None:
        return hint if hint.__name__.endswith("Args") else None
    return next((found for each in typing.get_args(hint) if (found := args_class(each))), None)


def kinds(hint: Any) -> set[str]:
    """Return the words of our tables that fit a type hint of the SDK."""
    if hint in (str, int, bool):
        return {hint.__name__}
    many = typing.get_origin(hint) is not None
    if args_class(hint):
        return {"objects", "objectset"} if many else {"object"}
    return {"map"} if issubclass(typing.get_origin(hint), Mapping) else {"list", "set"}


LEVELS = [level for kind in KINDS for level in levels(kind)]
ALL = [(level, name) for level in LEVELS for name in input_type_types(level.args)]


def inputs(level: Level, values: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return inputs that hold values at a level, and the path that leads to them."""
    table, path, specs = RESOURCES[level.kind][0].properties, "", []
    for name in level.place:
        specs.append(table[name])
        path += f"{name}[0]." if table[name].kind in ("objects", "objectset") else f"{name}."
        table = table[name].fields or {}
    value: Any = dict(values)
    for name, spec in zip(reversed(level.place), reversed(specs), strict=True):
        value = {name: [value] if spec.kind in ("objects", "objectset") else value}
    return {**REQUIRED[level.kind], **value}, path


def test_each_level_of_the_sdk_was_found() -> None:
    assert {level.name for level in LEVELS} > {"Container.mounts.bindOptions", "RemoteImage.build"}
    assert len(ALL) > 150


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_every_property_of_the_sdk_is_in_the_table_or_known_to_be_refused(level: Level) -> None:
    names = set(input_type_types(level.args))
    assert set(level.table) <= names, "in our table and unknown to the SDK"
    assert names - set(level.table) == REFUSED.get(level.name, set())


@pytest.mark.parametrize(
    "level", [each for each in LEVELS if each.name in REFUSED], ids=lambda level: level.name
)
def test_what_is_not_in_the_table_is_refused_by_name(level: Level) -> None:
    for name in (*REFUSED[level.name], "nonsense"):
        given, path = inputs(level, {name: "x"})
        told = check(level.kind, given)[1]
        assert f"{path}{name} is not supported" in told[f"{path}{name}"]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_types_and_what_is_required_are_those_of_the_sdk(level: Level) -> None:
    for name, hint in input_type_types(level.args).items():
        if spec := level.table.get(name):
            assert spec.kind in kinds(hint), name
    signature = inspect.signature(level.args)
    needed = {n for n, each in signature.parameters.items() if each.default is each.empty}
    assert {n for n, spec in level.table.items() if spec.required} == needed


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_a_value_of_a_wrong_type_is_refused_by_its_path(level: Level) -> None:
    for name, spec in level.table.items():
        given, path = inputs(level, {name: ["list"] if spec.kind == "str" else "text"})
        told = check(level.kind, given)[1]
        assert f"{path}{name} is to be of type {spec.kind}" in told[f"{path}{name}"]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_what_is_required_is_missed_by_its_path(level: Level) -> None:
    needed = {name for name, spec in level.table.items() if spec.required}
    given, path = inputs(level, {})
    told = check(level.kind, {} if not level.place else given)[1]
    assert {f"{path}{name}" for name in needed} <= set(told)


@pytest.mark.parametrize("kind", KINDS)
def test_every_output_of_the_sdk_is_known(kind: str) -> None:
    resource = RESOURCES[kind][0]
    names = {camel(name) for name in resource_types(SUPPORTED[kind])}
    refused = REFUSED.get(SUPPORTED[kind].__name__, set())
    assert set(resource.properties) | set(resource.outputs) == names - refused


def test_every_other_resource_of_the_sdk_is_refused_by_name() -> None:
    names = [
        name
        for name, each in vars(pulumi_docker).items()
        if inspect.isclass(each) and issubclass(each, pulumi.CustomResource)
    ]
    tokens = {f"docker:index/{name[0].lower()}{name[1:]}:{name}" for name in names}
    assert set(KINDS) == set(RESOURCES)
    assert set(KINDS) < tokens
    for token in tokens - set(KINDS):
        with pytest.raises(Refused, match=f"{token} is not supported here"):
            check(token, {})


FUNCTION_NAMES = {"getNetwork", "getRemoteImage", "getLogs"}


def invoke(token: str, arguments: Mapping[str, Any]) -> Any:
    return provider.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct(arguments)), Context())


def sdk_functions() -> dict[str, Any]:
    return {
        camel(name): each
        for name, each in vars(pulumi_docker).items()
        if name.startswith("get_") and inspect.isfunction(each) and not name.endswith("_output")
    }


def test_every_other_function_of_the_sdk_is_refused_by_name() -> None:
    names = set(sdk_functions())
    assert {f"docker:index/{name}:{name}" for name in FUNCTION_NAMES} == set(FUNCTIONS)
    assert names > FUNCTION_NAMES
    for name in names - FUNCTION_NAMES:
        with pytest.raises(Refused, match=f"{name} is not supported"):
            invoke(f"docker:index/{name}:{name}", {"name": "x"})


@pytest.mark.parametrize("name", sorted(FUNCTION_NAMES))
def test_every_argument_of_a_function_is_handled_or_refused(name: str) -> None:
    token = f"docker:index/{name}:{name}"
    arguments = {
        camel(each)
        for each in inspect.signature(sdk_functions()[name]).parameters
        if each != "opts"
    }
    known = set(FUNCTIONS[token].arguments)
    assert known <= arguments
    for other in (*(arguments - known), "nonsense"):
        answer = invoke(token, {"name": "x", other: "1"})
        assert f"{other} is not supported" in failures(answer)[other]
    assert failures(invoke(token, {})) == {"name": "name is required"}
    assert failures(invoke(token, {"name": wire.UNKNOWN})) == {"name": "name is not known yet"}


def test_configuration_other_than_the_address_is_refused_by_name() -> None:
    names = set(input_type_types(pulumi_docker.ProviderArgs))
    assert "host" in names
    news = struct(dict.fromkeys(names | {"version"}, "x"))
    answer = provider.CheckConfig(provider_pb2.CheckRequest(news=news), Context())
    assert set(failures(answer)) == names - {"host"}


@pytest.mark.parametrize(
    ("host", "fits"), [("unix:///a", True), (wire.UNKNOWN, True), (5, False), (["a"], False)]
)
def test_an_address_that_is_no_text_is_refused(host: Any, fits: bool) -> None:
    request = provider_pb2.CheckRequest(news=struct({"host": host}))
    assert set(failures(provider.CheckConfig(request, Context()))) == (set() if fits else {"host"})


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
