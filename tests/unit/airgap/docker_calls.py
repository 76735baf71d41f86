"""The Docker provider called without a network and without an engine, for its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.docker_provider.server import DockerProvider

from .random_calls import Context, Refused, struct

__all__ = ["Context", "Refused", "struct"]

CONTAINER = "docker:index/container:Container"
IMAGE = "docker:index/remoteImage:RemoteImage"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
KINDS = (CONTAINER, IMAGE, NETWORK, VOLUME)
REQUIRED: dict[str, dict[str, Any]] = {
    CONTAINER: {"image": "app:1"},
    IMAGE: {"name": "app:1"},
    NETWORK: {},
    VOLUME: {},
}
SEED = b"seed"
KIND = provider_pb2.PropertyDiff.Kind
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME

provider = DockerProvider("5.2.0", "")


def urn(kind: str, name: str = "it") -> str:
    return f"urn:pulumi:dev::project::parent:of:It${kind}::{name}"


def failures(answer: Any) -> dict[str, str]:
    """Return what is told, by property."""
    return {each.property: each.reason for each in answer.failures}


def check(
    kind: str, news: Any, olds: Any = None, name: str = "it", **more: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the checked inputs, and why some are refused by property."""
    answer = provider.Check(
        provider_pb2.CheckRequest(
            urn=urn(kind, name),
            news=struct(news),
            olds=struct(olds or {}),
            **{"randomSeed": SEED, **more},
        ),
        Context(),
    )
    return wire.load(answer.inputs), failures(answer)


def checked(kind: str, **news: Any) -> dict[str, Any]:
    """Return the inputs of a resource, with the required ones filled in, that are all right."""
    inputs, refused = check(kind, {**REQUIRED[kind], **news})
    assert not refused
    return inputs


def compare(kind: str, old_inputs: Any, news: Any) -> Any:
    """Return the answer of Diff."""
    request = provider_pb2.DiffRequest(
        urn=urn(kind), old_inputs=struct(old_inputs), news=struct(news)
    )
    return provider.Diff(request, Context())


def diff(kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Any:
    """Return the answer of Diff for checked inputs, the required ones filled in."""
    return compare(kind, checked(kind, **olds), checked(kind, **news))


def changes(answer: Any) -> dict[str, str]:
    """Return the kinds of the changes by path."""
    return {path: KIND.Name(each.kind) for path, each in answer.detailedDiff.items()}


def secret(value: object) -> struct_pb2.Struct:
    """Return a secret as the engine would send it."""
    message = struct_pb2.Struct()
    message.update(wire.secret(value))
    return message
