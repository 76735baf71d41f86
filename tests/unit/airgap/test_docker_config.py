"""From checked inputs of a container to the body of the engine's create request."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import Any

import pytest

from airgap.docker_provider.container_config import MIB, archive, config, limits

from .docker_calls import CONTAINER, checked


def body(**inputs: Any) -> dict[str, Any]:
    return config(checked(CONTAINER, **inputs))


def test_a_container_of_an_image_alone() -> None:
    found = body()
    host = found.pop("HostConfig")
    assert found == {
        "Image": "app:1",
        "Labels": {},
        "Tty": False,
        "OpenStdin": False,
        "ExposedPorts": {},
        "Volumes": {},
    }
    assert host == {
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "LogConfig": {"Type": "", "Config": {}},
        "PortBindings": {},
        "ReadonlyRootfs": False,
        "AutoRemove": False,
        "Init": False,
        "Binds": [],
        "VolumesFrom": [],
        "Mounts": [],
        "NetworkMode": "bridge",
        "ExtraHosts": [],
        "Ulimits": [],
        "Memory": 0,
        "MemoryReservation": 0,
    }


TOP: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"hostname": "h", "domainname": "d"}, {"Hostname": "h", "Domainname": "d"}),
    ({"user": "1:2", "workingDir": "/w"}, {"User": "1:2", "WorkingDir": "/w"}),
    ({"envs": ["B=2", "A=1"]}, {"Env": ["B=2", "A=1"]}),
    ({"command": ["a"], "entrypoints": ["b"]}, {"Cmd": ["a"], "Entrypoint": ["b"]}),
    ({"labels": [{"label": "a", "value": "b"}]}, {"Labels": {"a": "b"}}),
    ({"tty": True, "stdinOpen": True}, {"Tty": True, "OpenStdin": True}),
    ({"stopSignal": "SIGINT", "stopTimeout": 5}, {"StopSignal": "SIGINT", "StopTimeout": 5}),
    (
        {"ports": [{"internal": 53, "protocol": "udp"}, {"internal": 80}]},
        {"ExposedPorts": {"53/udp": {}, "80/tcp": {}}},
    ),
    ({"volumes": [{"containerPath": "/a"}]}, {"Volumes": {"/a": {}}}),
]
HOST: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"restart": "on-failure", "maxRetryCount": 3},
        {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}},
    ),
    (
        {"logDriver": "json-file", "logOpts": {"max-size": "1m"}},
        {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}},
    ),
    ({"privileged": True, "publishAllPorts": True}, {"Privileged": True, "PublishAllPorts": True}),
    ({"readOnly": True, "rm": True}, {"ReadonlyRootfs": True, "AutoRemove": True}),
    ({"init": True, "tmpfs": {"/t": "size=1m"}}, {"Init": True, "Tmpfs": {"/t": "size=1m"}}),
    (
        {
            "ports": [
                {"internal": 80, "external": 8080},
                {"internal": 80, "external": 8081, "ip": "127.0.0.1"},
                {"internal": 53, "protocol": "udp"},
            ]
        },
        {
            "PortBindings": {
                "80/tcp": [
                    {"HostIp": "0.0.0.0", "HostPort": "8080"},
                    {"HostIp": "127.0.0.1", "HostPort": "8081"},
                ],
                "53/udp": [{"HostIp": "0.0.0.0", "HostPort": ""}],
            }
        },
    ),
    (
        {
            "volumes": [
                {"containerPath": "/a", "volumeName": "v"},
                {"containerPath": "/b", "volumeName": "v", "hostPath": "/h", "readOnly": True},
                {"fromContainer": "c", "volumeName": "ignored"},
                {"containerPath": "/d"},
            ]
        },
        {"Binds": ["v:/a", "/h:/b:ro"], "VolumesFrom": ["c"]},
    ),
    (
        {"mounts": [{"target": "/a", "source": "v", "type": "volume", "readOnly": True}]},
        {"Mounts": [{"Target": "/a", "Source": "v", "Type": "volume", "ReadOnly": True}]},
    ),
    (
        {
            "mounts": [
                {"target": "/a", "type": "bind", "bindOptions": {"propagation": "shared"}},
                {"target": "/b", "type": "tmpfs", "tmpfsOptions": {"sizeBytes": 1, "mode": 2}},
            ]
        },
        {
            "Mounts": [
                {
                    "Target": "/a",
                    "Source": "",
                    "Type": "bind",
                    "ReadOnly": False,
                    "BindOptions": {"Propagation": "shared"},
                },
                {
                    "Target": "/b",
                    "Source": "",
                    "Type": "tmpfs",
                    "ReadOnly": False,
                    "TmpfsOptions": {"SizeBytes": 1, "Mode": 2},
                },
            ]
        },
    ),
    ({"capabilities": {"adds": ["A"], "drops": ["B"]}}, {"CapAdd": ["A"], "CapDrop": ["B"]}),
    ({"securityOpts": ["a"]}, {"SecurityOpt": ["a"]}),
    (
        {"securityOpts": ["a", "systempaths=unconfined"]},
        {"SecurityOpt": ["a"], "MaskedPaths": [], "ReadonlyPaths": []},
    ),
    ({"networkMode": "none"}, {"NetworkMode": "none"}),
    ({"hosts": [{"host": "h", "ip": "::1"}]}, {"ExtraHosts": ["h:::1"]}),
    (
        {"dns": ["1.1.1.1"], "dnsOpts": ["o"], "dnsSearches": ["s"]},
        {"Dns": ["1.1.1.1"], "DnsOptions": ["o"], "DnsSearch": ["s"]},
    ),
    (
        {"groupAdds": ["1"], "ipcMode": "host", "pidMode": "host", "usernsMode": "host"},
        {"GroupAdd": ["1"], "IpcMode": "host", "PidMode": "host", "UsernsMode": "host"},
    ),
    (
        {"runtime": "r", "cgroupParent": "/p", "sysctls": {"a": "1"}},
        {"Runtime": "r", "CgroupParent": "/p", "Sysctls": {"a": "1"}},
    ),
    (
        {"ulimits": [{"name": "nofile", "soft": 1, "hard": 2}]},
        {"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]},
    ),
    ({"shmSize": 64}, {"ShmSize": 64 * MIB}),
    ({"cpus": "1.5"}, {"NanoCpus": 1_500_000_000}),
    ({"cpus": ".1"}, {"NanoCpus": 100_000_000}),
    ({"cpuPeriod": 1, "cpuQuota": 2}, {"CpuPeriod": 1, "CpuQuota": 2}),
]


@pytest.mark.parametrize(("inputs", "expected"), TOP)
def test_inputs_of_the_container_itself(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    plain, found = body(), body(**inputs)
    del found["HostConfig"]
    assert {k: v for k, v in found.items() if v != plain.get(k)} == expected


@pytest.mark.parametrize(("inputs", "expected"), HOST)
def test_inputs_of_its_host_configuration(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = body()["HostConfig"]
    found = body(**inputs)["HostConfig"]
    assert {k: v for k, v in found.items() if k not in plain or v != plain[k]} == expected


def test_a_number_of_cpus_takes_the_place_of_period_and_quota() -> None:
    host = body(cpus="1", cpuPeriod=1, cpuQuota=2)["HostConfig"]
    assert host["NanoCpus"] == 1_000_000_000
    assert not {"CpuPeriod", "CpuQuota"} & set(host)


@pytest.mark.parametrize(
    "nothing",
    [
        {"command": [], "entrypoints": []},
        {"stopTimeout": 0, "shmSize": 0, "cpus": ""},
        {"logOpts": {}, "ports": [], "volumes": []},
    ],
)
def test_nothing_given_is_left_to_the_image_and_the_engine(nothing: dict[str, Any]) -> None:
    assert body(**nothing) == body()


LIMITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"Memory": 0, "MemoryReservation": 0}),
    ({"memory": 64, "memorySwap": 64}, {"Memory": 64 * MIB, "MemorySwap": 64 * MIB}),
    ({"memorySwap": -1}, {"MemorySwap": -1}),
    ({"memoryReservation": 1}, {"MemoryReservation": MIB}),
    ({"cpuShares": 2, "cpuSet": "0,1"}, {"CpuShares": 2, "CpusetCpus": "0,1"}),
]


@pytest.mark.parametrize(("inputs", "expected"), LIMITS)
def test_limits(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    found = limits(checked(CONTAINER, **inputs))
    assert found == {"Memory": 0, "MemoryReservation": 0, **expected}
    assert found.items() <= body(**inputs)["HostConfig"].items()


def test_a_health_check() -> None:
    given = {"tests": ["CMD", "a"], "interval": "1m30s", "timeout": "1.5s", "retries": 3}
    assert body(healthcheck=given)["Healthcheck"] == {
        "Test": ["CMD", "a"],
        "Interval": 90_000_000_000,
        "Timeout": 1_500_000_000,
        "StartPeriod": 0,
        "Retries": 3,
    }
    assert body(healthcheck={"startInterval": "1s"})["Healthcheck"]["StartInterval"] == 10**9
    assert body(healthcheck={})["Healthcheck"]["Test"] == []


def test_the_body_is_json() -> None:
    every = {name: value for inputs, _ in TOP + HOST + LIMITS for name, value in inputs.items()}
    assert json.loads(json.dumps(body(**every)))["HostConfig"]["Dns"] == ["1.1.1.1"]


def unpacked(**upload: Any) -> tuple[tarfile.TarInfo, bytes]:
    given = checked(CONTAINER, uploads=[upload])["uploads"][0]
    with tarfile.open(fileobj=io.BytesIO(archive(given))) as tar:
        (entry,) = tar.getmembers()
        file = tar.extractfile(entry)
        assert file is not None
        return entry, file.read()


@pytest.mark.parametrize(
    ("upload", "mode"),
    [
        ({}, 0o644),
        ({"executable": True}, 0o744),
        ({"permissions": "0400"}, 0o400),
        ({"permissions": "0400", "executable": True}, 0o400),
    ],
)
def test_an_upload_has_its_mode(upload: dict[str, Any], mode: int) -> None:
    entry, content = unpacked(file="/a/b", content="ü\0", **upload)
    assert (entry.name, entry.mode, content) == ("a/b", mode, "ü\0".encode())


def test_an_upload_may_be_of_any_bytes() -> None:
    every = bytes(range(256))
    text = base64.encodebytes(every).decode()
    assert unpacked(file="/a", contentBase64=text)[1] == every


def test_the_name_of_an_upload_may_be_long_and_in_any_alphabet() -> None:
    name = "/".join(["ü" * 60] * 6)
    assert unpacked(file=f"/{name}", content="x")[0].name == name
