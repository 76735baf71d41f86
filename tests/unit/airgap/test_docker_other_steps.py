"""Which calls of the engine's API images, networks, volumes and functions make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from airgap import wire

from .docker_calls import IMAGE, NETWORK, VOLUME, Context, Refused, checked, provider, struct
from .docker_engine import Api, create, delete, error, invoke

GONE = error(404, "no such thing")


def test_an_image_that_is_to_be_kept_is_kept() -> None:
    api = Api()
    delete(IMAGE, {"name": "it", "keepLocally": True}, api)
    assert not api.calls
    delete(IMAGE, {"name": "it", "forceRemove": True}, api)
    assert api.calls == [("remove_image", ("it",), {"force": True})]


def test_an_image_is_built_and_gets_its_other_names(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    tags = ["app", "localhost:5000/app", "localhost:5000/app:2"]
    build = {"context": str(tmp_path), "buildArgs": {"a": "1"}, "extraHosts": ["h:::1"]}
    inputs = checked(IMAGE, build={**build, "tags": tags})
    found = {"Id": "sha256:1", "RepoDigests": []}
    api = Api(build=[{"stream": "Step 1"}], inspect_image=found)
    answer = create(IMAGE, inputs, api)
    assert answer.id == "sha256:1app:1"
    assert wire.load(answer.properties)["repoDigest"] == ""
    assert api.calls[0][2]["buildargs"] == {"a": "1"}
    assert api.calls[0][2]["extra_hosts"] == {"h": "::1"}
    assert [arguments[1:] for name, arguments, _ in api.calls if name == "tag"] == [
        ("app", None),
        ("localhost:5000/app", None),
        ("localhost:5000/app", "2"),
    ]


@pytest.mark.parametrize("context", ["", "/nowhere", "a\0b"])
def test_a_context_that_is_no_folder_is_told(context: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    inputs = checked(IMAGE, build={"context": context or str(file)})
    with pytest.raises(Refused, match=r"no folder|null byte"):
        create(IMAGE, inputs, Api())


DIGESTS = ["a.example/app@sha256:1", "b.example:5000/app@sha256:2", "app@sha256:3"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("app", 2),
        ("app:1", 2),
        ("b.example:5000/app", 1),
        ("b.example:5000/app:1", 1),
        ("app@sha256:3", 2),
        ("app:1@sha256:3", 2),
        ("other", 0),
    ],
)
def test_of_several_digests_that_of_the_name_is_taken(name: str, expected: int) -> None:
    api = Api(inspect_image={"Id": "sha256:0", "RepoDigests": DIGESTS})
    found = wire.load(create(IMAGE, checked(IMAGE, name=name), api).properties)
    assert found["repoDigest"] == DIGESTS[expected]
    assert invoke("getRemoteImage", api, name=name)["repoDigest"] == DIGESTS[expected]


@pytest.mark.parametrize(("tail", "asked"), [("", "all"), ("all", "all"), ("5", 5), (7, 7)])
def test_what_a_container_wrote_is_returned(tail: Any, asked: Any) -> None:
    api = Api(logs=b"one\ntwo\n")
    found = invoke("getLogs", api, name="c", tail=tail, showStderr=False)
    assert (found["id"], found["logsListStrings"]) == ("c", ["one", "two"])
    assert api.calls[0][2] == {
        "stdout": True,
        "stderr": False,
        "timestamps": False,
        "tail": asked,
    }


@pytest.mark.parametrize(
    "given", [{"follow": True}, {"details": True}, {"discardHeaders": False}, {"tail": "some"}]
)
def test_what_logs_cannot_do_here_is_told(given: dict[str, Any]) -> None:
    request = provider_pb2.InvokeRequest(
        tok="docker:index/getLogs:getLogs", args=struct({"name": "c", **given})
    )
    answer = provider.Invoke(request, Context())
    assert [each.property for each in answer.failures] == list(given)


def test_a_network_is_returned_with_its_containers_in_order() -> None:
    each = {
        "Name": "c",
        "EndpointID": "e",
        "MacAddress": "m",
        "IPv4Address": "4",
        "IPv6Address": "",
    }
    found = {
        "Id": "n",
        "Name": "net",
        "Driver": "bridge",
        "Internal": False,
        "Options": None,
        "Scope": "local",
        "IPAM": {"Config": [{"Subnet": "10.1.0.0/24"}]},
        "Containers": {"b": each, "a": each},
    }
    answer = invoke("getNetwork", Api(inspect_network=found), name="net")
    assert [each["containerId"] for each in answer["containers"]] == ["a", "b"]
    assert answer["ipamConfigs"] == [{"subnet": "10.1.0.0/24"}]
    with pytest.raises(Refused, match="getNetwork: no such thing"):
        invoke("getNetwork", Api(inspect_network=GONE), name="net")


def test_a_network_and_a_volume_are_made_as_asked() -> None:
    api = Api(create_network={"Id": "n"}, inspect_network=GONE)
    pools = [{"subnet": "10.1.0.0/24", "auxAddress": {"a": "10.1.0.2"}}]
    inputs = checked(NETWORK, name="it", internal=True, ipamConfigs=pools, options={"a": "b"})
    assert create(NETWORK, inputs, api).id == "n"
    named = api.calls[0][2]
    assert (named["internal"], named["check_duplicate"], named["options"]) == (
        True,
        True,
        {"a": "b"},
    )
    assert named["ipam"]["Config"][0]["Subnet"] == "10.1.0.0/24"
    api = Api(create_volume={"Name": "it"}, inspect_volume=GONE)
    inputs = checked(VOLUME, name="it", labels=[{"label": "a", "value": "b"}])
    assert create(VOLUME, inputs, api).id == "it"
    assert api.calls[0][2]["labels"] == {"a": "b"}


def test_configuration_changes_update_the_provider() -> None:
    def differ(olds: dict[str, Any], news: dict[str, Any]) -> Any:
        request = provider_pb2.DiffRequest(olds=struct(olds), news=struct(news))
        return provider.DiffConfig(request, Context())

    kinds = provider_pb2.DiffResponse
    assert differ({"host": "a"}, {"host": "a"}).changes == kinds.DIFF_NONE
    changed = differ({"host": "a"}, {"host": "b"})
    assert changed.changes == kinds.DIFF_SOME
    assert not changed.replaces
