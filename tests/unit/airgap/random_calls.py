"""The random provider called without a network, for its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.random_provider.server import RandomProvider

PASSWORD = "random:index/randomPassword:RandomPassword"
STRING = "random:index/randomString:RandomString"
ID = "random:index/randomId:RandomId"
PET = "random:index/randomPet:RandomPet"
KINDS = (PASSWORD, STRING, ID, PET)

provider = RandomProvider("4.21.4")


class Refused(Exception):
    """A call that the provider ended with a gRPC error."""


class Context:
    """Stands for the context of a gRPC call."""

    def abort(self, code: grpc.StatusCode, text: str) -> NoReturn:
        raise Refused(text)


def urn(kind: str, name: str = "it") -> str:
    return f"urn:pulumi:dev::project::parent:of:It${kind}::{name}"


def struct(values: Mapping[str, Any] | struct_pb2.Struct) -> struct_pb2.Struct:
    return values if isinstance(values, struct_pb2.Struct) else wire.dump(values)


def check(kind: str, news: Any) -> tuple[dict[str, Any], dict[str, str]]:
    request = provider_pb2.CheckRequest(urn=urn(kind), news=struct(news))
    answer = provider.Check(request, Context())
    return wire.load(answer.inputs), {each.property: each.reason for each in answer.failures}


def create(kind: str, preview: bool = False, **news: Any) -> tuple[str, struct_pb2.Struct]:
    inputs, failures = check(kind, news)
    assert not failures
    request = provider_pb2.CreateRequest(
        urn=urn(kind), properties=wire.dump(inputs), preview=preview
    )
    answer = provider.Create(request, Context())
    return answer.id, answer.properties


def made(kind: str, **news: Any) -> dict[str, Any]:
    """Return the plain properties of a new resource, its id under the key id."""
    identity, properties = create(kind, **news)
    return {**wire.load(properties), "id": identity}


def diff(kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Any:
    """Return the Diff answer for a resource that was made by olds and is now asked for by news."""
    old_inputs, _ = check(kind, olds)
    new_inputs, _ = check(kind, news)
    request = provider_pb2.DiffRequest(
        urn=urn(kind),
        olds=create(kind, **olds)[1],
        old_inputs=wire.dump(old_inputs),
        news=wire.dump(new_inputs),
    )
    return provider.Diff(request, Context())
