"""How inputs are compared: sets, defaults, what is left out, and what is not yet known."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.wire import UNKNOWN

from .docker_calls import (
    CONTAINER,
    IMAGE,
    NETWORK,
    NONE,
    REQUIRED,
    VOLUME,
    Context,
    changes,
    check,
    checked,
    compare,
    diff,
    provider,
    struct,
    urn,
)

ADDED_AND_REMOVED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    (CONTAINER, {}, {"dns": ["1.1.1.1"]}, {"dns": "ADD_REPLACE"}),
    (CONTAINER, {"dns": ["1.1.1.1"]}, {}, {"dns": "DELETE_REPLACE"}),
    (CONTAINER, {"dns": ["1.1.1.1"]}, {"dns": []}, {"dns": "DELETE_REPLACE"}),
    (CONTAINER, {}, {"memory": 64}, {"memory": "ADD"}),
    (CONTAINER, {"memory": 64}, {}, {"memory": "DELETE"}),
    (CONTAINER, {"init": True}, {"init": False}, {"init": "DELETE"}),
    (CONTAINER, {"privileged": True}, {}, {"privileged": "DELETE_REPLACE"}),
    (CONTAINER, {}, {"healthcheck": {"tests": ["CMD", "a"]}}, {"healthcheck": "ADD"}),
    (CONTAINER, {}, {"capabilities": {"drops": ["ALL"]}}, {"capabilities": "ADD_REPLACE"}),
    (CONTAINER, {"capabilities": {"drops": ["ALL"]}}, {}, {"capabilities": "DELETE_REPLACE"}),
    (CONTAINER, {}, {"envs": ["A=1"]}, {"envs": "ADD_REPLACE"}),
    (NETWORK, {"internal": True}, {"internal": False}, {"internal": "DELETE_REPLACE"}),
]


@pytest.mark.parametrize(("kind", "olds", "news", "expected"), ADDED_AND_REMOVED)
def test_what_comes_and_goes_is_told_as_such(
    kind: str, olds: dict[str, Any], news: dict[str, Any], expected: dict[str, str]
) -> None:
    assert changes(diff(kind, olds, news)) == expected


A, B = {"label": "a", "value": "1"}, {"label": "b", "value": "2"}
P, Q = {"internal": 80, "external": 8080}, {"internal": 81, "external": 8081}
SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (CONTAINER, {"envs": ["A=1", "B=2"]}, {"envs": ["B=2", "A=1"]}),
    (CONTAINER, {"envs": ["A=1"]}, {"envs": ["A=1", "A=1"]}),
    (CONTAINER, {"labels": [A, B]}, {"labels": [B, A]}),
    (CONTAINER, {"labels": [A, B]}, {"labels": [B, A, B]}),
    (CONTAINER, {"ports": [P, Q]}, {"ports": [Q, P]}),
    (CONTAINER, {"ports": [P]}, {"ports": [{**P, "ip": "0.0.0.0", "protocol": "tcp"}]}),
    (CONTAINER, {"ports": [P]}, {"ports": [{"internal": 80}]}),
    (CONTAINER, {"ports": [P, Q]}, {"ports": [{"internal": 81}, {"internal": 80}]}),
    (
        CONTAINER,
        {"networksAdvanced": [{"name": "a", "aliases": ["x", "y"]}, {"name": "b"}]},
        {"networksAdvanced": [{"name": "b"}, {"name": "a", "aliases": ["y", "x"]}]},
    ),
    (CONTAINER, {"capabilities": {"drops": ["A", "B"]}}, {"capabilities": {"drops": ["B", "A"]}}),
    (CONTAINER, {"capabilities": {"drops": ["A"]}}, {"capabilities": {"drops": ["A"], "adds": []}}),
    (CONTAINER, {"healthcheck": {"tests": ["a"]}}, {"healthcheck": {"tests": ["a"], "retries": 0}}),
    (CONTAINER, {}, {"dns": [], "logOpts": {}, "domainname": "", "privileged": False, "memory": 0}),
    (CONTAINER, {}, {"restart": "no", "start": True}),
    (CONTAINER, {"memory": 64}, {"memory": "64"}),
    (CONTAINER, {"user": "1:1", "workingDir": "/a"}, {"user": "", "workingDir": ""}),
    (CONTAINER, {"sysctls": {"a": "1", "b": "2"}}, {"sysctls": {"b": "2", "a": "1"}}),
    (IMAGE, {"build": {"context": "c"}}, {"build": {"context": "c", "dockerfile": "Dockerfile"}}),
    (IMAGE, {"pullTriggers": ["a", "b"]}, {"pullTriggers": ["b", "a"]}),
    (VOLUME, {"name": "a"}, {"name": "a", "labels": []}),
]


@pytest.mark.parametrize(("kind", "olds", "news"), SAME)
def test_what_means_the_same_is_no_change(
    kind: str, olds: dict[str, Any], news: dict[str, Any]
) -> None:
    assert changes(diff(kind, olds, news)) == {}


def test_the_order_of_a_list_matters() -> None:
    answer = diff(CONTAINER, {"command": ["a", "b"]}, {"command": ["b", "a"]})
    assert changes(answer) == {"command": "UPDATE_REPLACE"}


MOUNT = {"target": "/a", "type": "tmpfs"}
MOUNTS: list[tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, str]]] = [
    ([MOUNT], [{**MOUNT, "readOnly": True}], {"mounts[0].readOnly": "ADD"}),
    ([MOUNT], [{**MOUNT, "target": "/b"}], {"mounts[0].target": "UPDATE"}),
    (
        [MOUNT],
        [{**MOUNT, "tmpfsOptions": {"sizeBytes": 1}}],
        {"mounts[0].tmpfsOptions": "ADD"},
    ),
    (
        [{**MOUNT, "tmpfsOptions": {"sizeBytes": 1}}],
        [{**MOUNT, "tmpfsOptions": {"sizeBytes": 2}}],
        {"mounts[0].tmpfsOptions.sizeBytes": "UPDATE"},
    ),
    ([MOUNT], [MOUNT, {**MOUNT, "target": "/b"}], {"mounts": "UPDATE_REPLACE"}),
    ([MOUNT], [], {"mounts": "DELETE_REPLACE"}),
]


@pytest.mark.parametrize(("olds", "news", "expected"), MOUNTS)
def test_a_mount_replaces_by_its_coming_and_going_alone(
    olds: list[dict[str, Any]], news: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    assert changes(diff(CONTAINER, {"mounts": olds}, {"mounts": news})) == expected


def test_a_changed_item_is_told_by_its_place_in_the_program() -> None:
    first, second = ({"internal": 81, "external": 1}, {"internal": 80, "external": 2})
    changed = {**second, "external": 3}
    answer = diff(CONTAINER, {"ports": [first, second]}, {"ports": [first, changed]})
    assert changes(answer) == {"ports[1].external": "UPDATE_REPLACE"}
    answer = diff(CONTAINER, {"labels": [B, A]}, {"labels": [B, {**A, "value": "x"}]})
    assert changes(answer) == {"labels[1].value": "UPDATE_REPLACE"}


FIRST: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    (CONTAINER, {}, {"image": "b"}, True),
    (CONTAINER, {"name": "a"}, {"name": "a", "image": "b"}, True),
    (CONTAINER, {}, {"memory": 64}, False),
    (NETWORK, {}, {"ipv6": True}, False),
    (NETWORK, {"name": "a"}, {"name": "a", "ipv6": True}, True),
    (NETWORK, {"name": "a"}, {"name": "b"}, True),
    (VOLUME, {}, {"driver": "b"}, False),
    (VOLUME, {"name": "a"}, {"name": "a", "driver": "b"}, True),
    (IMAGE, {}, {"platform": "b"}, False),
    (IMAGE, {}, {"name": "b"}, False),
]


@pytest.mark.parametrize(("kind", "olds", "news", "first"), FIRST)
def test_what_would_clash_by_its_name_is_deleted_first(
    kind: str, olds: dict[str, Any], news: dict[str, Any], first: bool
) -> None:
    before, _ = check(kind, {**REQUIRED[kind], **olds})
    after, _ = check(kind, {**REQUIRED[kind], **news}, olds=before)
    assert compare(kind, before, after).deleteBeforeReplace is first


def test_a_network_that_loses_its_given_name_is_made_before_the_old_one_goes() -> None:
    before = checked(NETWORK, name="a")
    after, _ = check(NETWORK, {}, olds=before)
    answer = compare(NETWORK, before, after)
    assert changes(answer) == {"name": "UPDATE_REPLACE"}
    assert not answer.deleteBeforeReplace


UNKNOWNS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    (CONTAINER, {}, {"image": UNKNOWN}, {"image": "UPDATE_REPLACE"}),
    (CONTAINER, {"memory": 64}, {"memory": UNKNOWN}, {"memory": "UPDATE"}),
    (CONTAINER, {"envs": ["A=1"]}, {"envs": UNKNOWN}, {"envs": "UPDATE_REPLACE"}),
    (CONTAINER, {"envs": ["A=1"]}, {"envs": ["A=1", UNKNOWN]}, {"envs": "UPDATE_REPLACE"}),
    (CONTAINER, {"envs": ["A=1"]}, {"envs": [UNKNOWN]}, {"envs": "UPDATE_REPLACE"}),
    (CONTAINER, {"hostname": "a"}, {"hostname": UNKNOWN}, {"hostname": "UPDATE_REPLACE"}),
    (
        CONTAINER,
        {"labels": [A, B]},
        {"labels": [B, {**A, "value": UNKNOWN}]},
        {"labels[1].value": "UPDATE_REPLACE"},
    ),
    (CONTAINER, {"labels": [A]}, {"labels": [UNKNOWN]}, {"labels[0]": "UPDATE_REPLACE"}),
    (
        CONTAINER,
        {"healthcheck": {"tests": ["a"]}},
        {"healthcheck": {"tests": ["a"], "interval": UNKNOWN}},
        {"healthcheck.interval": "UPDATE"},
    ),
    (
        CONTAINER,
        {"capabilities": {"drops": ["A"]}},
        {"capabilities": UNKNOWN},
        {"capabilities": "UPDATE_REPLACE"},
    ),
    (IMAGE, {"triggers": {"a": "1"}}, {"triggers": {"a": UNKNOWN}}, {"triggers": "UPDATE_REPLACE"}),
    (NETWORK, {"internal": True}, {"internal": UNKNOWN}, {"internal": "UPDATE_REPLACE"}),
]


@pytest.mark.parametrize(("kind", "olds", "news", "expected"), UNKNOWNS)
def test_what_is_not_yet_known_counts_as_changed(
    kind: str, olds: dict[str, Any], news: dict[str, Any], expected: dict[str, str]
) -> None:
    assert changes(diff(kind, olds, news)) == expected


def test_secrecy_alone_is_no_change() -> None:
    plain = checked(CONTAINER, envs=["A=1"], memory=64)
    hidden = {**plain, "envs": wire.secret(["A=1"]), "memory": wire.secret(64)}
    assert compare(CONTAINER, plain, hidden).changes == NONE
    assert compare(CONTAINER, hidden, plain).changes == NONE
    assert changes(compare(CONTAINER, hidden, {**plain, "memory": 65})) == {"memory": "UPDATE"}


def test_a_change_that_is_to_be_ignored_is_none() -> None:
    request = provider_pb2.DiffRequest(
        urn=urn(CONTAINER),
        old_inputs=struct(checked(CONTAINER)),
        news=struct(checked(CONTAINER, image="b", dns=["1.1.1.1"])),
        ignoreChanges=["image", "dns"],
    )
    assert provider.Diff(request, Context()).changes == NONE


def test_a_default_that_the_state_does_not_hold_has_been_in_force() -> None:
    inputs = checked(CONTAINER, healthcheck={"tests": ["a"]})
    olds = {"image": inputs["image"], "name": inputs["name"], "healthcheck": {"tests": ["a"]}}
    assert compare(CONTAINER, olds, inputs).changes == NONE
    assert changes(compare(CONTAINER, olds, {**inputs, "start": False})) == {"start": "UPDATE"}
    built = checked(IMAGE, build={"context": "c"})
    olds = {"name": built["name"], "build": {"context": "c"}}
    assert compare(IMAGE, olds, built).changes == NONE


def test_an_object_that_holds_nothing_is_none() -> None:
    inputs = checked(CONTAINER, capabilities={})
    assert compare(CONTAINER, {**inputs, "capabilities": {}}, inputs).changes == NONE
