"""Stands for a Docker Engine: the Docker provider called with its answers, for its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import docker.errors
import requests
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.docker_provider.container_config import config

from .docker_calls import CONTAINER, Context, provider, struct, urn


class Api:
    """Stands for the client of an engine: keeps the calls, gives or raises set answers."""

    api_version = "1.41"

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append((name, arguments, named))
            answer = self._answers.get(name)
            if isinstance(answer, Exception):
                raise answer
            return answer(*arguments, **named) if callable(answer) else answer

        return call

    @property
    def names(self) -> list[str]:
        """The names of the calls, in their order."""
        return [name for name, _, _ in self.calls]


class Keeping(Context):
    """The context of a call that keeps the details of an error."""

    details: bytes = b""

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        ((name, self.details),) = metadata
        assert name == "grpc-status-details-bin"

    def partly_made(self) -> Any:
        found = provider_pb2.ErrorResourceInitFailed()
        status_pb2.Status.FromString(self.details).details[0].Unpack(found)
        return found


@contextmanager
def answering(api: Api) -> Iterator[None]:
    """Let the provider take this for the client of its engine."""
    provider._engine._client = api
    try:
        yield
    finally:
        provider._engine._client = None


def create(kind: str, inputs: Any, api: Api, context: Context | None = None) -> Any:
    request = provider_pb2.CreateRequest(urn=urn(kind), properties=struct(inputs))
    with answering(api):
        return provider.Create(request, context or Context())


def update(inputs: Any, api: Api, preview: bool = False, **before: Any) -> dict[str, Any]:
    request = provider_pb2.UpdateRequest(
        urn=urn(CONTAINER),
        id="made",
        olds=struct({**inputs, **before}),
        news=struct(inputs),
        preview=preview,
    )
    with answering(api):
        return wire.load(provider.Update(request, Context()).properties)


def delete(kind: str, state: dict[str, Any], api: Api) -> None:
    request = provider_pb2.DeleteRequest(urn=urn(kind), id="made", properties=struct(state))
    with answering(api):
        provider.Delete(request, Context())


def error(status: int, said: str) -> docker.errors.APIError:
    answer = requests.Response()
    answer.status_code = status
    kinds = {404: docker.errors.NotFound}
    return kinds.get(status, docker.errors.APIError)("error", answer, explanation=said)


def engine(inputs: dict[str, Any], **answers: Any) -> Api:
    """Return an engine that has made a container of inputs."""
    return Api(
        **{
            "create_container_from_config": {"Id": "made"},
            "inspect_container": lambda _: inspected(config(inputs), inputs["name"]),
            **answers,
        }
    )


def refreshed(kind: str, inputs: Any, api: Api) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the id, the state and the inputs after a refresh of what these inputs made."""
    request = provider_pb2.ReadRequest(
        urn=urn(kind), id="made", inputs=struct(inputs), properties=struct(inputs)
    )
    with answering(api):
        answer = provider.Read(request, Context())
    return answer.id, wire.load(answer.properties), wire.load(answer.inputs)


def invoke(function: str, api: Api, **arguments: Any) -> dict[str, Any]:
    """Return what a function of this name returns."""
    request = provider_pb2.InvokeRequest(
        tok=f"docker:index/{function}:{function}", args=struct(arguments)
    )
    with answering(api):
        answer = provider.Invoke(request, Context())
    assert not answer.failures
    return wire.load(getattr(answer, "return"))


def inspected(body: Mapping[str, Any], name: str = "it", running: bool = True) -> dict[str, Any]:
    """Return what an engine says of a container that was made of a create request's body.

    What the request leaves open has the values of an engine of version 20.10.
    """
    left_open = {
        "MemorySwap": 0,
        "CpuShares": 0,
        "CpusetCpus": "",
        "NanoCpus": 0,
        "Runtime": "runc",
        "IpcMode": "private",
        "ShmSize": 64 * 1024 * 1024,
        "SecurityOpt": None,
        "Privileged": False,
        "PublishAllPorts": False,
        "CapAdd": None,
        "CapDrop": None,
    }
    host = {**left_open, **body["HostConfig"]}
    host["LogConfig"] = {**host["LogConfig"], "Type": host["LogConfig"]["Type"] or "json-file"}
    image = {"Hostname": "0123456789ab", "User": "", "WorkingDir": "", "Cmd": ["from", "image"]}
    return {
        "Id": "f" * 64,
        "Name": f"/{name}",
        "Image": "sha256:" + "0" * 64,
        "Config": {**image, **{key: each for key, each in body.items() if key != "HostConfig"}},
        "HostConfig": host,
        "State": {"Running": running, "ExitCode": 0 if running else 3},
        "NetworkSettings": {
            "Bridge": "",
            "Ports": {
                port: [{**each, "HostPort": each["HostPort"] or "49153"} for each in bindings]
                for port, bindings in host["PortBindings"].items()
            }
            if running
            else {},
            "Networks": {
                "bridge": {
                    "IPAddress": "172.17.0.2",
                    "IPPrefixLen": 16,
                    "Gateway": "172.17.0.1",
                    "GlobalIPv6Address": "",
                    "GlobalIPv6PrefixLen": 0,
                    "IPv6Gateway": "",
                    "MacAddress": "02:42:ac:11:00:02",
                }
            },
        },
    }
