"""For each property, what its change leads to: an update, or a replacement."""

from __future__ import annotations

from typing import Any

import pytest

from airgap.docker_provider.registry import RESOURCES
from airgap.docker_provider.schema import Change

from .docker_calls import CONTAINER, IMAGE, KINDS, NETWORK, NONE, SOME, VOLUME, changes, diff

# What the official provider does, one row for each property: two values of it.
REPLACED: dict[str, dict[str, tuple[Any, Any]]] = {
    CONTAINER: {
        "name": ("a", "b"),
        "image": ("a", "b"),
        "command": (["a"], ["b"]),
        "entrypoints": (["a"], ["b"]),
        "envs": (["A=1"], ["A=2"]),
        "labels": ([{"label": "a", "value": "b"}], [{"label": "a", "value": "c"}]),
        "hostname": ("a", "b"),
        "runtime": ("runc", "b"),
        "stopSignal": ("SIGTERM", "SIGINT"),
        "stopTimeout": (1, 2),
        "ipcMode": ("private", "host"),
        "shmSize": (64, 65),
        "securityOpts": (["a"], ["b"]),
        "logDriver": ("local", "json-file"),
        "domainname": ("a", "b"),
        "workingDir": ("/a", "/b"),
        "user": ("1:1", "2:2"),
        "dns": (["1.1.1.1"], ["1.1.1.2"]),
        "dnsOpts": (["a"], ["b"]),
        "dnsSearches": (["a"], ["b"]),
        "groupAdds": (["1"], ["2"]),
        "cpus": ("0.5", "1.5"),
        "mounts": ([], [{"target": "/a", "type": "tmpfs"}]),
        "volumes": (
            [{"containerPath": "/a", "volumeName": "a"}],
            [{"containerPath": "/a", "volumeName": "b"}],
        ),
        "ports": ([{"internal": 80, "external": 80}], [{"internal": 80, "external": 81}]),
        "publishAllPorts": (False, True),
        "hosts": ([{"host": "a", "ip": "10.0.0.1"}], [{"host": "a", "ip": "10.0.0.2"}]),
        "networkMode": ("bridge", "host"),
        "networksAdvanced": ([{"name": "a"}], [{"name": "a", "aliases": ["b"]}]),
        "capabilities": ({"drops": ["ALL"]}, {"drops": ["CAP_CHOWN"]}),
        "privileged": (False, True),
        "readOnly": (False, True),
        "tty": (False, True),
        "stdinOpen": (False, True),
        "pidMode": ("host", "container:a"),
        "usernsMode": ("host", "b"),
        "sysctls": ({"a": "1"}, {"a": "2"}),
        "cgroupParent": ("/a", "/b"),
        "ulimits": (
            [{"name": "nofile", "soft": 1, "hard": 2}],
            [{"name": "nofile", "soft": 1, "hard": 3}],
        ),
        "logOpts": ({"max-file": "3"}, {"max-file": "4"}),
        "uploads": ([{"file": "/a", "content": "a"}], [{"file": "/a", "content": "b"}]),
    },
    IMAGE: {
        "name": ("a", "b"),
        "platform": ("linux/amd64", "linux/arm64"),
        "triggers": ({"a": "1"}, {"a": "2"}),
        "pullTriggers": (["a"], ["b"]),
    },
    NETWORK: {
        "name": ("a", "b"),
        "driver": ("bridge", "overlay"),
        "options": ({"a": "1"}, {"a": "2"}),
        "internal": (True, False),
        "attachable": (False, True),
        "ingress": (False, True),
        "ipv6": (False, True),
        "ipamDriver": ("default", "other"),
        "ipamOptions": ({"a": "1"}, {"a": "2"}),
        "ipamConfigs": ([{"subnet": "10.1.0.0/24"}], [{"subnet": "10.2.0.0/24"}]),
        "labels": ([{"label": "a", "value": "b"}], [{"label": "a", "value": "c"}]),
    },
    VOLUME: {
        "name": ("a", "b"),
        "driver": ("local", "other"),
        "driverOpts": ({"a": "1"}, {"a": "2"}),
        "labels": ([{"label": "a", "value": "b"}], [{"label": "c", "value": "b"}]),
    },
}
# Updates, in place or accepted and not applied.
UPDATED: dict[str, dict[str, tuple[Any, Any]]] = {
    CONTAINER: {
        "restart": ("no", "always"),
        "maxRetryCount": (1, 2),
        "memory": (64, 65),
        "memorySwap": (64, -1),
        "memoryReservation": (0, 32),
        "cpuShares": (1, 2),
        "cpuSet": ("0", "1"),
        "mustRun": (True, False),
        "cpuPeriod": (1, 2),
        "cpuQuota": (1, 2),
        "init": (True, False),
        "tmpfs": ({"/a": ""}, {"/a": "size=1m"}),
        "healthcheck": ({"tests": ["CMD", "a"]}, {"tests": ["CMD", "b"]}),
        "rm": (False, True),
        "start": (True, False),
        "wait": (False, True),
        "waitTimeout": (60, 61),
        "attach": (False, True),
        "logs": (False, True),
        "destroyGraceSeconds": (1, 2),
        "removeVolumes": (True, False),
        "containerReadRefreshTimeoutMilliseconds": (15000, 1),
    },
    IMAGE: {
        "keepLocally": (False, True),
        "forceRemove": (False, True),
    },
    NETWORK: {},
    VOLUME: {},
}
BUILD_REPLACED: dict[str, tuple[Any, Any]] = {
    "context": ("a", "b"),
    "dockerfile": ("a", "b"),
    "buildArgs": ({"a": "1"}, {"a": "2"}),
    "labels": ({"a": "1"}, {"a": "2"}),
    "target": ("a", "b"),
    "noCache": (False, True),
    "pullParent": (False, True),
    "extraHosts": (["a:1"], ["a:2"]),
    "networkMode": ("host", "none"),
    "useLegacyBuilder": (False, True),
    "forceRemove": (False, True),
    "platform": ("a", "b"),
}
BUILD_UPDATED: dict[str, tuple[Any, Any]] = {
    "label": ({"a": "1"}, {"a": "2"}),
    "tags": (["a:1"], ["a:2"]),
    "remove": (True, False),
}
# Left out later, these keep what the engine chose.
COMPUTED: dict[str, set[str]] = {
    CONTAINER: {
        "command",
        "entrypoints",
        "envs",
        "labels",
        "hostname",
        "runtime",
        "stopSignal",
        "stopTimeout",
        "ipcMode",
        "shmSize",
        "securityOpts",
        "logDriver",
        "init",
        "healthcheck",
        "user",
        "workingDir",
    },
    IMAGE: set(),
    NETWORK: {"driver", "options", "internal", "ipamConfigs"},
    VOLUME: {"name", "driver"},
}


def rows(table: dict[str, dict[str, tuple[Any, Any]]]) -> list[tuple[str, str, Any, Any]]:
    return [
        (kind, name, old, new) for kind, each in table.items() for name, (old, new) in each.items()
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_property_is_in_one_of_these_tables(kind: str) -> None:
    build = {"build"} if kind == IMAGE else set()
    properties = RESOURCES[kind][0].properties
    assert set(properties) - build == set(REPLACED[kind]) | set(UPDATED[kind])
    assert not set(REPLACED[kind]) & set(UPDATED[kind])
    assert {name for name, spec in properties.items() if spec.computed} == COMPUTED[kind]
    if build:
        fields = properties["build"].fields or {}
        assert set(fields) == set(BUILD_REPLACED) | set(BUILD_UPDATED)


@pytest.mark.parametrize(("kind", "name", "old", "new"), rows(REPLACED))
def test_what_is_fixed_when_it_is_made_replaces(kind: str, name: str, old: Any, new: Any) -> None:
    for before, after in [(old, new), (new, old)]:
        answer = diff(kind, {name: before}, {name: after})
        assert answer.changes == SOME
        assert (list(answer.replaces), list(answer.diffs)) == ([name], [name])
        assert all(each.endswith("_REPLACE") for each in changes(answer).values())
        assert all(each.inputDiff for each in answer.detailedDiff.values())


@pytest.mark.parametrize(("kind", "name", "old", "new"), rows(UPDATED))
def test_what_is_not_fixed_updates(kind: str, name: str, old: Any, new: Any) -> None:
    for before, after in [(old, new), (new, old)]:
        answer = diff(kind, {name: before}, {name: after})
        assert answer.changes == SOME
        assert (list(answer.replaces), list(answer.diffs)) == ([], [name])
        assert not answer.deleteBeforeReplace


@pytest.mark.parametrize(("kind", "name", "old", "new"), rows(REPLACED) + rows(UPDATED))
def test_the_same_is_no_change(kind: str, name: str, old: Any, new: Any) -> None:
    for value in (old, new):
        answer = diff(kind, {name: value}, {name: value})
        assert (answer.changes, changes(answer)) == (NONE, {})
        assert answer.hasDetailedDiff


LEFT_OUT = [
    (kind, name, old)
    for kind, name, old, _ in rows(REPLACED) + rows(UPDATED)
    if name in COMPUTED[kind] - {"name"}
]


@pytest.mark.parametrize(("kind", "name", "value"), LEFT_OUT)
def test_what_the_engine_fills_in_may_be_left_out_later(kind: str, name: str, value: Any) -> None:
    assert diff(kind, {name: value}, {}).changes == NONE
    if isinstance(value, list):
        assert diff(kind, {name: value}, {name: []}).changes == NONE


@pytest.mark.parametrize(("name", "old", "new"), [(n, *v) for n, v in BUILD_REPLACED.items()])
def test_most_of_a_build_replaces(name: str, old: Any, new: Any) -> None:
    answer = diff(
        IMAGE, {"build": {"context": "c", name: old}}, {"build": {"context": "c", name: new}}
    )
    assert list(changes(answer)) == [f"build.{name}"]
    assert list(answer.replaces) == ["build"]
    assert not answer.deleteBeforeReplace


@pytest.mark.parametrize(("name", "old", "new"), [(n, *v) for n, v in BUILD_UPDATED.items()])
def test_some_of_a_build_only_updates(name: str, old: Any, new: Any) -> None:
    answer = diff(
        IMAGE, {"build": {"context": "c", name: old}}, {"build": {"context": "c", name: new}}
    )
    assert changes(answer) == {f"build.{name}": "UPDATE"}
    assert not answer.replaces


@pytest.mark.parametrize(
    ("old", "new"), [({}, {"build": {"context": "c"}}), ({"build": {"context": "c"}}, {})]
)
def test_a_build_that_comes_or_goes_replaces(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert list(diff(IMAGE, old, new).replaces) == ["build"]


def test_every_word_for_a_change_is_used_by_some_property() -> None:
    properties = RESOURCES[CONTAINER][0].properties
    by_change = {
        change: {name for name, spec in properties.items() if spec.change is change}
        for change in Change
    }
    assert by_change[Change.SILENT] == {"cpuPeriod", "cpuQuota", "init", "tmpfs", "healthcheck"}
    assert by_change[Change.UPDATE] == {
        "restart",
        "maxRetryCount",
        "memory",
        "memorySwap",
        "memoryReservation",
        "cpuShares",
        "cpuSet",
        "mustRun",
    }
    assert by_change[Change.META] == set(UPDATED[CONTAINER]) - (
        by_change[Change.SILENT] | by_change[Change.UPDATE]
    )
