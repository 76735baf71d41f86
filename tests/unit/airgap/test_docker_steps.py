"""Which calls of the engine's API the steps of a container make, and what a failure tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import docker.errors
import pytest
import requests
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.docker_provider import container as container_module
from airgap.docker_provider.container_config import config
from airgap.wire import UNKNOWN

from .docker_calls import (
    CONTAINER,
    IMAGE,
    KINDS,
    NETWORK,
    VOLUME,
    Context,
    Refused,
    checked,
    provider,
    struct,
    urn,
)
from .docker_engine import Api, Keeping, create, delete, engine, error, inspected, update


def test_a_container_is_made_connected_filled_and_started_in_this_order() -> None:
    inputs = checked(
        CONTAINER,
        networksAdvanced=[{"name": "n", "aliases": ["a"], "driverOpts": ["k=v=w"]}],
        uploads=[{"file": "/a", "content": "b"}],
    )
    api = engine(inputs)
    answer = create(CONTAINER, inputs, api)
    assert answer.id == "made"
    assert wire.load(answer.properties)["mustRun"] is True
    assert "__defaults" not in str(answer.properties)
    assert api.names == [
        "inspect_image",
        "create_container_from_config",
        "disconnect_container_from_network",
        "connect_container_to_network",
        "put_archive",
        "start",
        "inspect_container",
    ]
    assert api.calls[1][1] == (config(inputs), inputs["name"])
    assert api.calls[3][1] == ("made", "n")
    assert api.calls[3][2]["aliases"] == ["a"]
    assert api.calls[3][2]["driver_opt"] == {"k": "v=w"}


def test_a_container_that_is_not_to_start_is_not_started() -> None:
    inputs = checked(CONTAINER, start=False, wait=True)
    api = engine(inputs)
    create(CONTAINER, inputs, api)
    assert "start" not in api.names


def test_a_job_is_waited_for_and_what_it_wrote_is_kept() -> None:
    inputs = checked(CONTAINER, attach=True, logs=True)
    api = engine(inputs, logs=b"done\xff")
    found = wire.load(create(CONTAINER, inputs, api).properties)
    assert api.names[-3:] == ["wait", "logs", "inspect_container"]
    assert found["containerLogs"] == "done\ufffd"


def healths(*statuses: str) -> Iterator[dict[str, Any]]:
    for status in statuses:
        yield {"State": {"Health": {"Status": status}}}


def test_a_container_is_waited_for_until_it_is_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_module, "WAIT_POLL_SECONDS", 0)
    inputs = checked(CONTAINER, wait=True)
    answers = [*healths("starting", "unhealthy", "healthy"), inspected(config(inputs))]
    api = engine(inputs, inspect_container=lambda _: answers.pop(0))
    assert create(CONTAINER, inputs, api).id == "made"
    assert not answers


FAILING: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"start": error(500, "port is taken")}, "port is taken"),
    ({}, {"start": requests.ReadTimeout("timed out")}, "timed out"),
    (
        {"networksAdvanced": [{"name": "n"}]},
        {"connect_container_to_network": docker.errors.InvalidVersion("too old")},
        "too old",
    ),
    (
        {"networksAdvanced": [{"name": "n"}]},
        {"disconnect_container_from_network": error(500, "no")},
        "no",
    ),
    ({"uploads": [{"file": "/a", "content": "b"}]}, {"put_archive": error(500, "full")}, "full"),
    ({}, {"inspect_container": error(500, "busy")}, "busy"),
    ({"wait": True, "waitTimeout": 0}, {}, "failed to be in healthy state"),
    (
        {"wait": True},
        {"inspect_container": lambda _: {**inspected(config(checked(CONTAINER)))}},
        "no health check",
    ),
]


@pytest.mark.parametrize(("given", "answers", "said"), FAILING)
def test_what_fails_once_the_container_exists_keeps_its_id(
    given: dict[str, Any], answers: dict[str, Any], said: str
) -> None:
    inputs = checked(CONTAINER, name="it", **given)
    context = Keeping()
    with pytest.raises(Refused, match=f"container it: .*{said}"):
        create(CONTAINER, inputs, engine(inputs, **answers), context)
    made = context.partly_made()
    assert made.id == "made"
    assert said in made.reasons[0]
    assert wire.load(made.inputs) == inputs
    assert wire.load(made.properties)["name"] == "it"
    assert "__defaults" not in str(made.properties)


def test_a_network_that_the_container_is_not_connected_to_need_not_be_left() -> None:
    inputs = checked(CONTAINER, networksAdvanced=[{"name": "n"}])
    said = error(500, "container made is not connected to the network bridge")
    assert create(CONTAINER, inputs, engine(inputs, disconnect_container_from_network=said)).id


def test_what_fails_before_the_container_exists_keeps_nothing() -> None:
    inputs = checked(CONTAINER)
    api = engine(inputs, create_container_from_config=error(409, "the name is taken"))
    with pytest.raises(Refused, match="it: the name is taken"):
        create(CONTAINER, inputs, api)


def test_an_interval_that_an_old_engine_would_ignore_is_refused() -> None:
    inputs = checked(CONTAINER, healthcheck={"tests": ["a"], "startInterval": "1s"})
    api = engine(inputs)
    with pytest.raises(Refused, match=r"startInterval needs version 1\.44 .* has 1\.41"):
        create(CONTAINER, inputs, api)
    assert not api.calls
    api.api_version = "1.44"
    assert create(CONTAINER, inputs, api).id == "made"


def test_an_image_that_is_absent_is_pulled() -> None:
    inputs = checked(CONTAINER)
    api = engine(inputs, inspect_image=error(404, "no such image"), pull=[{"status": "Pulling"}])
    create(CONTAINER, inputs, api)
    assert api.calls[1] == (
        "pull",
        ("app:1",),
        {"platform": None, "stream": True, "decode": True},
    )


@pytest.mark.parametrize("kind", [CONTAINER, IMAGE])
def test_a_pull_that_fails_halfway_is_told_with_its_reason(kind: str) -> None:
    inputs = checked(kind)
    lines = [{"status": "Pulling", "id": "a"}, {"error": "toomanyrequests"}]
    api = engine({"name": "it"}, inspect_image=error(404, "no such image"), pull=lines)
    with pytest.raises(Refused, match="image app:1 could not be pulled: toomanyrequests"):
        create(kind, inputs, api)
    assert api.names == ["inspect_image", "pull"]


UPDATES: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"memory": 64}, {"memory": 32}, ["_url", "_post_json", "_raise_for_status"]),
    ({"restart": "always"}, {"restart": "no"}, ["_url", "_post_json", "_raise_for_status"]),
    ({"tmpfs": {"/a": ""}}, {"tmpfs": {}}, []),
    ({"init": True}, {"init": False}, []),
    ({"destroyGraceSeconds": 5}, {"destroyGraceSeconds": 1}, []),
    ({}, {"memory": 0, "memorySwap": 0, "cpuSet": ""}, []),
    ({}, {"mustRun": False}, ["start"]),
    ({"start": False}, {"mustRun": False}, []),
    ({"mustRun": False}, {"mustRun": True}, []),
]


@pytest.mark.parametrize(("given", "before", "calls"), UPDATES)
def test_an_update_does_what_can_be_done_in_place_and_nothing_else(
    given: dict[str, Any], before: dict[str, Any], calls: list[str]
) -> None:
    inputs, api = checked(CONTAINER, **given), Api()
    found = update(inputs, api, **before)
    assert api.names == calls
    assert given.items() <= found.items()
    assert "__defaults" not in found


def test_an_update_sends_all_limits_together() -> None:
    api = Api()
    update(checked(CONTAINER, memory=64, memorySwap=-1, restart="always"), api, memory=32)
    assert api.calls[1][2]["data"] == {
        "Memory": 64 * 1024 * 1024,
        "MemorySwap": -1,
        "MemoryReservation": 0,
        "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
    }


def test_a_preview_calls_nothing() -> None:
    api = Api()
    inputs = checked(CONTAINER, memory=UNKNOWN)
    assert update(inputs, api, preview=True, exitCode=0)["memory"] is UNKNOWN
    assert not api.calls


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_shows_what_will_be_known_only_then(kind: str) -> None:
    inputs = checked(kind, name="it")
    request = provider_pb2.CreateRequest(urn=urn(kind), properties=struct(inputs), preview=True)
    answer = provider.Create(request, Context())
    found = wire.load(answer.properties)
    unknown = {name for name, value in found.items() if value is UNKNOWN}
    assert answer.id == ""
    assert found["name"] == "it"
    assert (
        unknown
        >= {
            CONTAINER: {"networkDatas", "exitCode", "hostname"},
            IMAGE: {"imageId", "repoDigest"},
            NETWORK: {"scope", "driver", "ipamConfigs"},
            VOLUME: {"mountpoint", "driver"},
        }[kind]
    )
    assert not unknown & set(inputs)


DELETED: list[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    ({}, [("stop", {"timeout": 0}), ("remove_container", {"v": True, "force": True})]),
    (
        {"destroyGraceSeconds": 7, "removeVolumes": False},
        [("stop", {"timeout": 7}), ("remove_container", {"v": False, "force": True})],
    ),
    (
        {"destroyGraceSeconds": -7},
        [("stop", {"timeout": 0}), ("remove_container", {"v": True, "force": True})],
    ),
    ({"attach": True}, [("remove_container", {"v": True, "force": True})]),
]


@pytest.mark.parametrize(("state", "calls"), DELETED)
def test_a_container_is_stopped_and_removed(
    state: dict[str, Any], calls: list[tuple[str, dict[str, Any]]]
) -> None:
    api = Api()
    delete(CONTAINER, state, api)
    assert [(name, named) for name, _, named in api.calls] == calls


def test_a_container_that_is_being_removed_is_waited_for() -> None:
    api = Api(remove_container=error(409, "removal of made is already in progress"))
    delete(CONTAINER, {}, api)
    assert api.calls[-1] == ("wait", ("made",), {"condition": "removed"})


GONE = error(404, "no such thing")
ALREADY_GONE: list[tuple[str, dict[str, Any]]] = [
    (CONTAINER, {"stop": GONE}),
    (CONTAINER, {"remove_container": GONE}),
    (CONTAINER, {"remove_container": error(409, "is already in progress"), "wait": GONE}),
    (IMAGE, {"remove_image": GONE}),
    (NETWORK, {"remove_network": GONE}),
    (VOLUME, {"remove_volume": GONE}),
]


@pytest.mark.parametrize(("kind", "answers"), ALREADY_GONE)
def test_what_is_gone_is_deleted(kind: str, answers: dict[str, Any]) -> None:
    api = Api(**answers)
    delete(kind, {"name": "it"}, api)
    assert api.calls


def test_what_cannot_be_deleted_is_told() -> None:
    with pytest.raises(Refused, match="it: image is being used"):
        delete(IMAGE, {"name": "it"}, Api(remove_image=error(409, "image is being used")))
    with pytest.raises(Refused, match="it: no"):
        delete(CONTAINER, {}, Api(remove_container=error(500, "no")))
