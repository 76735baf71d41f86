"""From what the engine says of a container to its state, and to inputs that show no change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker.errors
import pytest

from airgap.docker_provider.container_config import config
from airgap.docker_provider.container_state import state

from .docker_calls import CONTAINER, IMAGE, KINDS, NONE, Refused, changes, checked, compare
from .docker_engine import Api, inspected, refreshed

FULL: dict[str, Any] = {
    "name": "it",
    "command": ["a"],
    "entrypoints": ["b"],
    "envs": ["A=1"],
    "labels": [{"label": "a", "value": "b"}],
    "hostname": "h",
    "domainname": "d",
    "user": "1:1",
    "workingDir": "/w",
    "stopSignal": "SIGINT",
    "stopTimeout": 5,
    "runtime": "runc",
    "ipcMode": "host",
    "shmSize": 32,
    "securityOpts": ["a"],
    "logDriver": "local",
    "logOpts": {"max-size": "1m"},
    "restart": "on-failure",
    "maxRetryCount": 2,
    "memory": 64,
    "memorySwap": -1,
    "memoryReservation": 32,
    "cpuShares": 128,
    "cpuSet": "0",
    "cpus": "0.50",
    "init": True,
    "tmpfs": {"/t": "size=1m"},
    "healthcheck": {"tests": ["CMD", "a"], "interval": "1.5s", "timeout": "1m30s", "retries": 3},
    "mounts": [{"target": "/m", "type": "tmpfs"}],
    "volumes": [{"containerPath": "/v", "volumeName": "v"}],
    "ports": [{"internal": 81, "external": 8081}, {"internal": 80}],
    "publishAllPorts": True,
    "hosts": [{"host": "h", "ip": "10.0.0.1"}],
    "networkMode": "default",
    "networksAdvanced": [{"name": "n", "aliases": ["x"]}],
    "capabilities": {"drops": ["ALL"]},
    "privileged": True,
    "readOnly": True,
    "tty": True,
    "stdinOpen": True,
    "uploads": [{"file": "/u", "content": "x"}],
    "destroyGraceSeconds": 5,
}


def read(inputs: dict[str, Any], running: bool = True, **drift: Any) -> dict[str, Any]:
    found = inspected(config(inputs), inputs["name"], running)
    found["HostConfig"].update(drift)
    return state(found, inputs)


@pytest.mark.parametrize("given", [{}, FULL, *({name: value} for name, value in FULL.items())])
def test_a_refresh_shows_no_change(given: dict[str, Any]) -> None:
    inputs = checked(CONTAINER, **{"name": "it", **given})
    found = inspected(config(inputs))
    identity, _, again = refreshed(CONTAINER, inputs, Api(inspect_container=found))
    assert identity == "made"
    assert changes(compare(CONTAINER, again, inputs)) == {}
    assert again["__defaults"] == inputs["__defaults"]


def test_inputs_that_mean_the_same_come_back_as_they_were_given() -> None:
    labels = [{"label": "b", "value": "1"}, {"label": "a", "value": "2"}]
    inputs = checked(CONTAINER, name="it", labels=labels, memory=64)
    found = inspected(config(inputs))
    assert refreshed(CONTAINER, inputs, Api(inspect_container=found))[2] == inputs
    found["HostConfig"]["Memory"] = 32 << 20
    again = refreshed(CONTAINER, inputs, Api(inspect_container=found))[2]
    assert changes(compare(CONTAINER, again, inputs)) != {}


def test_what_the_engine_fills_in_is_told() -> None:
    found = read(checked(CONTAINER, name="it", ports=[{"internal": 80}]))
    assert found["hostname"] == "0123456789ab"
    assert found["command"] == ["from", "image"]
    assert (found["logDriver"], found["runtime"], found["shmSize"]) == ("json-file", "runc", 64)
    assert found["ports"] == [
        {"internal": 80, "external": 49153, "ip": "0.0.0.0", "protocol": "tcp"}
    ]
    assert found["networkDatas"] == [
        {
            "networkName": "bridge",
            "ipAddress": "172.17.0.2",
            "ipPrefixLength": 16,
            "gateway": "172.17.0.1",
            "globalIpv6Address": "",
            "globalIpv6PrefixLength": 0,
            "ipv6Gateway": "",
            "macAddress": "02:42:ac:11:00:02",
        }
    ]


def test_what_an_image_may_add_to_is_kept_as_given() -> None:
    inputs = checked(CONTAINER, envs=["A=1"], labels=[{"label": "a", "value": "b"}])
    found = inspected(config(inputs))
    found["Config"]["Env"] = ["PATH=/bin", "A=1"]
    found["Config"]["Labels"] = {"maintainer": "x"}
    found["HostConfig"]["LogConfig"]["Config"] = {"max-size": "9m"}
    after = state(found, inputs)
    assert (after["envs"], after["labels"]) == (inputs["envs"], inputs["labels"])
    assert "logOpts" not in after
    assert "healthcheck" not in after


DRIFT: list[tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ({"memory": 64}, {"Memory": 128 * 1024 * 1024}, {"memory": "UPDATE"}),
    (
        {"restart": "always"},
        {"RestartPolicy": {"Name": "", "MaximumRetryCount": 0}},
        {"restart": "UPDATE"},
    ),
    ({"cpus": "0.5"}, {"NanoCpus": 1_234_567_891}, {"cpus": "UPDATE_REPLACE"}),
    ({"readOnly": True}, {"ReadonlyRootfs": False}, {"readOnly": "UPDATE_REPLACE"}),
    (
        {"logOpts": {"a": "1"}},
        {"LogConfig": {"Type": "", "Config": {}}},
        {"logOpts": "ADD_REPLACE"},
    ),
]


@pytest.mark.parametrize(("given", "drift", "expected"), DRIFT)
def test_what_changed_outside_shows(
    given: dict[str, Any], drift: dict[str, Any], expected: dict[str, str]
) -> None:
    inputs = checked(CONTAINER, **given)
    assert changes(compare(CONTAINER, read(inputs, **drift), inputs)) == expected


def test_a_number_of_cpus_is_told_in_full() -> None:
    assert read(checked(CONTAINER), NanoCpus=1_234_567_891)["cpus"] == "1.234567891"
    assert read(checked(CONTAINER), NanoCpus=2_000_000_000)["cpus"] == "2"


def test_an_image_given_by_its_id_is_told_by_its_id() -> None:
    inputs = checked(CONTAINER, image="sha256:abc")
    assert read(inputs)["image"] == "sha256:" + "0" * 64
    assert read(checked(CONTAINER))["image"] == "app:1"


def test_the_default_network_has_the_name_that_was_given() -> None:
    assert read(checked(CONTAINER), NetworkMode="default")["networkMode"] == "bridge"
    given = checked(CONTAINER, networkMode="default")
    assert read(given)["networkMode"] == "default"


@pytest.mark.parametrize(
    ("must_run", "expected"),
    [
        (True, {"mustRun": "UPDATE", "ports": "ADD_REPLACE"}),
        (False, {}),
    ],
)
def test_a_container_that_has_stopped_shows_when_it_is_to_run(
    must_run: bool, expected: dict[str, str]
) -> None:
    inputs = checked(CONTAINER, mustRun=must_run, ports=[{"internal": 80, "external": 8080}])
    found = read(inputs, running=False)
    assert found["exitCode"] == 3
    assert changes(compare(CONTAINER, found, inputs)) == expected


def gone(*_: Any) -> Any:
    raise docker.errors.NotFound("no such thing")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_gone_has_no_id(kind: str) -> None:
    names = ("inspect_container", "inspect_image", "inspect_network", "inspect_volume")
    inputs = checked(kind, name="it") if kind != IMAGE else checked(kind)
    assert refreshed(kind, inputs, Api(**dict.fromkeys(names, gone))) == ("", {}, {})


NETWORK_FOUND = {
    "Id": "n",
    "Name": "it",
    "Driver": "bridge",
    "Options": {},
    "Internal": True,
    "Attachable": False,
    "Ingress": False,
    "EnableIPv6": False,
    "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]},
    "Labels": {"a": "b"},
    "Scope": "local",
}
VOLUME_FOUND = {
    "Name": "it",
    "Driver": "local",
    "Options": None,
    "Labels": None,
    "Mountpoint": "/var/lib/docker/volumes/it/_data",
}
IMAGE_FOUND = {"Id": "sha256:1", "RepoDigests": ["app@sha256:2"]}
OTHERS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "docker:index/network:Network",
        {"inspect_network": NETWORK_FOUND},
        {"internal": True, "labels": [{"label": "a", "value": "b"}]},
        {
            "driver": "bridge",
            "ipamConfigs": [{"subnet": "10.1.0.0/24", "gateway": "10.1.0.1"}],
            "scope": "local",
        },
    ),
    (
        "docker:index/volume:Volume",
        {"inspect_volume": VOLUME_FOUND},
        {},
        {"driver": "local", "driverOpts": {}, "mountpoint": VOLUME_FOUND["Mountpoint"]},
    ),
    (
        IMAGE,
        {"inspect_image": IMAGE_FOUND},
        {"build": {"context": "c"}, "keepLocally": True},
        {"imageId": "sha256:1", "repoDigest": "app@sha256:2"},
    ),
]


@pytest.mark.parametrize(("kind", "answers", "given", "outputs"), OTHERS)
def test_a_refresh_of_the_others_shows_no_change(
    kind: str, answers: dict[str, Any], given: dict[str, Any], outputs: dict[str, Any]
) -> None:
    inputs = checked(kind, **{"name": "it", **given})
    identity, found, again = refreshed(kind, inputs, Api(**answers))
    assert identity == "made"
    assert outputs.items() <= found.items()
    assert "__defaults" not in str(found)
    assert compare(kind, again, inputs).changes == NONE


IMPORTED: list[tuple[str, dict[str, Any], str, Callable[[Any], Any]]] = [
    (CONTAINER, {}, "inspect_container", lambda inputs: inspected(config(inputs))),
    (
        "docker:index/network:Network",
        {"internal": True},
        "inspect_network",
        lambda _: NETWORK_FOUND,
    ),
    ("docker:index/volume:Volume", {}, "inspect_volume", lambda _: VOLUME_FOUND),
]


@pytest.mark.parametrize(("kind", "given", "call", "made"), IMPORTED)
def test_what_exists_is_imported(
    kind: str, given: dict[str, Any], call: str, made: Callable[[Any], Any]
) -> None:
    inputs = checked(kind, name="it", **given)
    identity, found, again = refreshed(kind, {}, Api(**{call: made(inputs)}))
    assert (identity, found["name"]) == ("made", "it")
    wanted = {**inputs, **({"labels": again["labels"]} if "labels" in again else {})}
    assert changes(compare(kind, again, wanted)) == {}


def test_an_image_cannot_be_imported() -> None:
    with pytest.raises(Refused, match="an image cannot be imported"):
        refreshed(IMAGE, {}, Api())
