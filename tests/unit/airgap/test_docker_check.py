"""Which inputs the Docker provider takes, and what it fills in."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.docker_provider.registry import RESOURCES
from airgap.wire import UNKNOWN

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
    provider,
)

CONTAINER_DEFAULTS: dict[str, Any] = {
    "attach": False,
    "containerReadRefreshTimeoutMilliseconds": 15000,
    "logs": False,
    "memoryReservation": 0,
    "mustRun": True,
    "networkMode": "bridge",
    "readOnly": False,
    "removeVolumes": True,
    "restart": "no",
    "rm": False,
    "start": True,
    "stdinOpen": False,
    "tty": False,
    "wait": False,
    "waitTimeout": 60,
}
DEFAULTS: dict[str, dict[str, Any]] = {
    CONTAINER: CONTAINER_DEFAULTS,
    IMAGE: {},
    NETWORK: {"ipamDriver": "default"},
    VOLUME: {},
}


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_filled_in_and_named(kind: str) -> None:
    inputs, told = check(kind, {"name": "mine", **REQUIRED[kind]})
    assert not told
    given = {"name": "mine", **REQUIRED[kind]}
    assert inputs == {**given, **DEFAULTS[kind], "__defaults": sorted(DEFAULTS[kind])}


@pytest.mark.parametrize("name", CONTAINER_DEFAULTS)
def test_a_given_value_is_no_default(name: str) -> None:
    default = CONTAINER_DEFAULTS[name]
    inputs, told = check(CONTAINER, {"image": "app:1", name: default})
    assert not told
    assert name in inputs
    assert name not in inputs["__defaults"]


@pytest.mark.parametrize(
    ("kind", "name", "given", "filled"),
    [
        (
            CONTAINER,
            "healthcheck",
            {},
            {
                "interval": "0s",
                "timeout": "0s",
                "startPeriod": "0s",
                "startInterval": "0s",
                "retries": 0,
            },
        ),
        (CONTAINER, "ports", [{"internal": 80}], {"ip": "0.0.0.0", "protocol": "tcp"}),
        (CONTAINER, "uploads", [{"file": "/a", "content": "b"}], {"executable": False}),
        (CONTAINER, "mounts", [{"target": "/a", "type": "bind"}], {}),
        (
            IMAGE,
            "build",
            {"context": "."},
            {"dockerfile": "Dockerfile", "remove": True, "useLegacyBuilder": False},
        ),
    ],
)
def test_defaults_inside_objects_are_filled_in_and_named(
    kind: str, name: str, given: Any, filled: dict[str, Any]
) -> None:
    inputs, told = check(kind, {**REQUIRED[kind], name: given})
    assert not told
    found = inputs[name][0] if isinstance(given, list) else inputs[name]
    before = given[0] if isinstance(given, list) else given
    assert found == {**before, **filled, "__defaults": sorted(filled)}


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    (CONTAINER, {"image": None}, "image", "required"),
    (CONTAINER, {"memory": "much"}, "memory", "of type int, not str"),
    (CONTAINER, {"memory": "²"}, "memory", "of type int, not str"),
    (CONTAINER, {"memory": "--5"}, "memory", "of type int, not str"),
    (CONTAINER, {"memory": "9" * 500}, "memory", "of type int, not str"),
    (CONTAINER, {"memory": 1e300}, "memory", "too large"),
    (CONTAINER, {"memory": 1.5}, "memory", "of type int, not float"),
    (CONTAINER, {"memory": float("nan")}, "memory", "of type int, not float"),
    (CONTAINER, {"memory": float("inf")}, "memory", "of type int, not float"),
    (CONTAINER, {"memory": True}, "memory", "of type int, not bool"),
    (CONTAINER, {"memory": -1}, "memory", "at least 0"),
    (CONTAINER, {"memoryReservation": -1}, "memoryReservation", "at least 0"),
    (CONTAINER, {"memorySwap": -2}, "memorySwap", "at least -1"),
    (CONTAINER, {"shmSize": -1}, "shmSize", "at least 0"),
    (CONTAINER, {"cpuShares": -1}, "cpuShares", "at least 0"),
    (CONTAINER, {"cpuSet": "all"}, "cpuSet", "0-2,4"),
    (CONTAINER, {"cpus": "many"}, "cpus", "number of CPUs"),
    (CONTAINER, {"cpus": "NaN"}, "cpus", "number of CPUs"),
    (CONTAINER, {"cpus": "-1"}, "cpus", "number of CPUs"),
    (CONTAINER, {"cpus": "0.0000000001"}, "cpus", "number of CPUs"),
    (CONTAINER, {"restart": "sometimes"}, "restart", "unless-stopped"),
    (CONTAINER, {"readOnly": "yes"}, "readOnly", "of type bool"),
    (CONTAINER, {"readOnly": 1}, "readOnly", "of type bool"),
    (CONTAINER, {"hostname": ["x"]}, "hostname", "of type str"),
    (CONTAINER, {"hostname": True}, "hostname", "of type str"),
    (CONTAINER, {"envs": {"A": "1"}}, "envs", "of type set"),
    (CONTAINER, {"envs": ["A=1", 5]}, "envs[1]", "texts, not int"),
    (CONTAINER, {"envs": ["A=1", None]}, "envs[1]", "texts, not NoneType"),
    (CONTAINER, {"envs": ["=1"]}, "envs[0]", "NAME=value"),
    (CONTAINER, {"command": ["a", ""]}, "command[1]", "not empty"),
    (CONTAINER, {"logOpts": {"max-file": 3}}, "logOpts", "texts, not int"),
    (CONTAINER, {"labels": {"a": "b"}}, "labels", "of type objectset"),
    (CONTAINER, {"labels": ["a"]}, "labels[0]", "an object, not str"),
    (CONTAINER, {"labels": [{"label": "a"}]}, "labels[0].value", "required"),
    (CONTAINER, {"labels": [{"label": "a", "value": "b", "c": 1}]}, "labels[0].c", "not supported"),
    (CONTAINER, {"healthcheck": {"interval": "soon"}}, "healthcheck.interval", "a duration"),
    (CONTAINER, {"healthcheck": {"timeout": "-1s"}}, "healthcheck.timeout", "a duration"),
    (CONTAINER, {"healthcheck": {"timeout": "9" * 30 + "h"}}, "healthcheck.timeout", "292 years"),
    (CONTAINER, {"healthcheck": {"timeout": "9" * 5000 + "h"}}, "healthcheck.timeout", "duration"),
    (CONTAINER, {"healthcheck": {"retries": -1}}, "healthcheck.retries", "at least 0"),
    (CONTAINER, {"mounts": [{"target": "/a", "type": "npipe"}]}, "mounts[0].type", "bind, volume"),
    (
        CONTAINER,
        {"mounts": [{"target": "/a", "type": "bind", "bindOptions": {"propagation": "x"}}]},
        "mounts[0].bindOptions.propagation",
        "rshared",
    ),
    (CONTAINER, {"volumes": [{"volumeName": "a"}]}, "volumes[0]", "either containerPath or"),
    (
        CONTAINER,
        {"volumes": [{"containerPath": "/a", "fromContainer": "b"}]},
        "volumes[0]",
        "either containerPath or",
    ),
    (
        CONTAINER,
        {"volumes": [{"containerPath": "/a", "hostPath": "b"}]},
        "volumes[0].hostPath",
        "an absolute path",
    ),
    (CONTAINER, {"uploads": [{"file": "/a"}]}, "uploads[0]", "either content or contentBase64"),
    (
        CONTAINER,
        {"uploads": [{"file": "/a", "content": "b", "contentBase64": "Yg=="}]},
        "uploads[0]",
        "either content or contentBase64",
    ),
    (
        CONTAINER,
        {"uploads": [{"file": "/a", "contentBase64": "b?"}]},
        "uploads[0].contentBase64",
        "is to be base64",
    ),
    (
        CONTAINER,
        {"uploads": [{"file": "/a", "contentBase64": "ä"}]},
        "uploads[0].contentBase64",
        "is to be base64",
    ),
    (
        CONTAINER,
        {"uploads": [{"file": "/a", "content": "b", "permissions": "rwx"}]},
        "uploads[0].permissions",
        "octal",
    ),
    (
        CONTAINER,
        {"networksAdvanced": [{"name": "n", "driverOpts": ["x"]}]},
        "networksAdvanced[0].driverOpts[0]",
        "name=value",
    ),
    (CONTAINER, {"gpus": "all"}, "gpus", "not supported"),
    (IMAGE, {"build": {}}, "build.context", "required"),
    (IMAGE, {"build": {"context": ".", "squash": True}}, "build.squash", "not supported"),
    (IMAGE, {"build": {"context": ".", "extraHosts": ["x"]}}, "build.extraHosts[0]", "name:addr"),
    (IMAGE, {"build": {"context": "."}, "pullTriggers": ["1"]}, "build", "exclude each other"),
    (NETWORK, {"ipamConfigs": [{"auxAddress": {"a": 1}}]}, "ipamConfigs[0].auxAddress", "texts"),
    (VOLUME, {"cluster": {}}, "cluster", "not supported"),
]


@pytest.mark.parametrize(("kind", "news", "path", "reason"), WRONG)
def test_a_wrong_input_is_refused_by_its_path(
    kind: str, news: dict[str, Any], path: str, reason: str
) -> None:
    told = check(kind, {**REQUIRED[kind], **news})[1]
    assert list(told) == [path]
    assert told[path].startswith(path)
    assert reason in told[path]


def test_all_that_is_wrong_is_told_at_once() -> None:
    news = {"memory": "x", "gpus": "all", "ports": [{}, {"internal": "x"}]}
    assert set(check(CONTAINER, news)[1]) == {
        "image",
        "memory",
        "gpus",
        "ports[0].internal",
        "ports[1].internal",
    }


RIGHT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (CONTAINER, {"memory": "64"}, {"memory": 64}),
    (CONTAINER, {"memorySwap": "-1"}, {"memorySwap": -1}),
    (CONTAINER, {"memory": 2**53}, {"memory": 2**53}),
    (CONTAINER, {"cpus": 1.5}, {"cpus": "1.5"}),
    (CONTAINER, {"cpus": 2}, {"cpus": "2"}),
    (CONTAINER, {"cpus": ".5"}, {"cpus": ".5"}),
    (CONTAINER, {"cpus": ""}, {"cpus": ""}),
    (CONTAINER, {"readOnly": "true"}, {"readOnly": True}),
    (CONTAINER, {"start": "false"}, {"start": False}),
    (CONTAINER, {"cpuSet": "0-2,4"}, {"cpuSet": "0-2,4"}),
    (CONTAINER, {"envs": ["A", "B=", "C=ü\0\n=x"]}, {"envs": ["A", "B=", "C=ü\0\n=x"]}),
    (CONTAINER, {"hostname": None}, {}),
]


@pytest.mark.parametrize(("kind", "news", "expected"), RIGHT)
def test_harmless_spellings_are_taken(
    kind: str, news: dict[str, Any], expected: dict[str, Any]
) -> None:
    inputs, told = check(kind, {**REQUIRED[kind], **news})
    assert not told
    assert {name: inputs[name] for name in news if name in inputs} == expected


def test_equal_items_of_a_set_collapse_and_those_of_a_list_do_not() -> None:
    label = {"label": "a", "value": "b"}
    inputs, _ = check(
        CONTAINER,
        {
            "image": "app:1",
            "envs": ["B=1", "A=1", "B=1"],
            "labels": [label, dict(reversed(label.items()))],
            "command": ["a", "a"],
        },
    )
    assert inputs["envs"] == ["B=1", "A=1"]
    assert inputs["labels"] == [{**label, "__defaults": []}]
    assert inputs["command"] == ["a", "a"]


def test_items_not_yet_known_do_not_collapse() -> None:
    inputs, _ = check(CONTAINER, {"image": "app:1", "envs": [UNKNOWN, UNKNOWN]})
    assert inputs["envs"] == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_are_not_yet_known_pass(kind: str) -> None:
    news = dict.fromkeys(RESOURCES[kind][0].properties, UNKNOWN)
    inputs, told = check(kind, news)
    assert not told
    assert inputs == {**news, "__defaults": []}


@pytest.mark.parametrize(
    "news",
    [
        {"envs": [UNKNOWN, "A=1"]},
        {"command": [UNKNOWN]},
        {"logOpts": {"a": UNKNOWN}},
        {"labels": [UNKNOWN]},
        {"labels": [{"label": "a", "value": UNKNOWN}]},
        {"uploads": [{"file": "/a", "content": UNKNOWN}]},
        {"uploads": [{"file": "/a", "content": "b", "contentBase64": UNKNOWN}]},
        {"volumes": [{"containerPath": UNKNOWN, "volumeName": "a"}]},
        {"healthcheck": {"interval": UNKNOWN}},
        {"cpus": UNKNOWN},
    ],
)
def test_what_holds_something_not_yet_known_is_not_judged(news: dict[str, Any]) -> None:
    inputs, told = check(CONTAINER, {"image": "app:1", **news})
    assert not told
    assert all(wire.unknown_inside(inputs[name]) for name in news)


def test_secrets_are_checked_as_plain_values() -> None:
    news = {"image": "app:1", "envs": wire.secret(["A=1"]), "memory": wire.secret(64)}
    inputs, told = check(CONTAINER, news)
    assert not told
    assert (inputs["envs"], inputs["memory"]) == (["A=1"], 64)
    assert list(check(CONTAINER, {**news, "memory": wire.secret("x")})[1]) == ["memory"]


def test_defaults_of_a_program_or_of_a_broken_state_are_not_believed() -> None:
    inputs, told = check(VOLUME, {"__defaults": 5}, olds={"__defaults": 5, "name": "old"})
    assert not told
    assert inputs["__defaults"] == ["name"]
    assert inputs["name"] != "old"


@pytest.mark.parametrize("place", ["", "nonsense", "a::b", "urn:pulumi:a::b::c"])
def test_a_urn_of_no_known_type_is_refused_with_the_types_that_there_are(place: str) -> None:
    with pytest.raises(Refused, match=r"Container, .*Network, .*RemoteImage, .*Volume are"):
        provider.Check(provider_pb2.CheckRequest(urn=place), Context())
