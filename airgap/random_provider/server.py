"""The gRPC side of the random provider."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from airgap import wire

from . import values
from .checks import check, replaces
from .schema import INPUTS, REFUSED

Maker = Callable[[Mapping[str, Any]], tuple[str, dict[str, Any]]]
MAKERS: dict[str, Maker] = {
    "random:index/randomPassword:RandomPassword": values.password,
    "random:index/randomString:RandomString": values.string_,
    "random:index/randomId:RandomId": values.identifier,
    "random:index/randomPet:RandomPet": values.pet,
}


def token(urn: str) -> str:
    """Return the resource type of a URN."""
    return urn.split("::")[2].split("$")[-1]


class RandomProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Random values, made once; reading, updating and deleting them does nothing."""

    def __init__(self, version: str) -> None:
        self._version = version

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Take any configuration: there is none."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Report no difference: there is no configuration."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        """Say what we understand: previews; secrets the engine keeps for us."""
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Check(self, request: Any, context: Any) -> Any:
        """Fill defaults and refuse what is wrong."""
        kind = token(request.urn)
        if kind not in INPUTS:
            reason = REFUSED.get(kind, f"{kind} is not supported; {', '.join(sorted(INPUTS))} are")
            context.abort(grpc.StatusCode.UNIMPLEMENTED, reason)
        inputs, failures = check(kind, wire.load(request.news))
        return provider_pb2.CheckResponse(
            inputs=wire.dump(inputs),
            failures=[
                provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in failures
            ],
        )

    def Diff(self, request: Any, context: Any) -> Any:
        """Every change of an input makes a new value."""
        olds, news = wire.load(request.old_inputs), wire.load(request.news)
        changed = replaces(token(request.urn), olds, news)
        kinds = provider_pb2.PropertyDiff
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME
            if changed
            else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=changed,
            diffs=changed,
            detailedDiff={
                name: provider_pb2.PropertyDiff(kind=kinds.UPDATE_REPLACE, inputDiff=True)
                for name in changed
            },
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Any) -> Any:
        """Draw the value; in a preview it is unknown."""
        inputs = wire.load(request.properties)
        kind = token(request.urn)
        plain = {key: value for key, value in inputs.items() if key != "__defaults"}
        if request.preview:
            unknown = dict.fromkeys(_outputs(kind), wire.UNKNOWN)
            return provider_pb2.CreateResponse(properties=wire.dump(plain | unknown))
        made, outputs = MAKERS[kind](inputs)
        return provider_pb2.CreateResponse(id=made, properties=wire.dump(plain | outputs))

    def Read(self, request: Any, context: Any) -> Any:
        """Return what the state holds; without a state, take over the given value."""
        if request.properties.fields:
            return provider_pb2.ReadResponse(
                id=request.id, properties=request.properties, inputs=request.inputs
            )
        imported = _imported(token(request.urn), request.id)
        if imported is None:
            return context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"{token(request.urn)} cannot be imported"
            )
        made, inputs, outputs = imported
        return provider_pb2.ReadResponse(
            id=made, properties=wire.dump(inputs | outputs), inputs=wire.dump(inputs)
        )

    def Update(self, request: Any, context: Any) -> Any:
        """Take the planned inputs; the value stays."""
        olds, news = wire.load(request.olds), wire.load(request.news)
        kept = {key: olds[key] for key in _outputs(token(request.urn)) if key in olds}
        for name in ("result", "bcryptHash"):
            if "randomPassword" in request.urn and name in kept:
                kept[name] = wire.secret(kept[name])
        news.pop("__defaults", None)
        return provider_pb2.UpdateResponse(properties=wire.dump(news | kept))

    def Delete(self, request: Any, context: Any) -> Any:
        """Forget it; there is nothing to remove."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        """Do nothing: no call here takes long."""
        return empty_pb2.Empty()


def _outputs(kind: str) -> list[str]:
    return {
        "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
        "random:index/randomString:RandomString": ["result"],
        "random:index/randomId:RandomId": ["b64Url", "b64Std", "hex", "dec"],
        "random:index/randomPet:RandomPet": [],
    }[kind]


def _imported(kind: str, given: str) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    if "randomPassword" in kind:
        inputs, _ = check(kind, {"length": len(given)})
        return "none", inputs, values.password_outputs(given)
    if "randomString" in kind:
        inputs, _ = check(kind, {"length": len(given)})
        return given, inputs, {"result": given}
    if "randomId" in kind:
        prefix, _, encoded = given.rpartition(",")
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        made, outputs = values.identifier_outputs(raw, prefix)
        inputs, _ = check(kind, {"byteLength": len(raw)} | ({"prefix": prefix} if prefix else {}))
        return made, inputs, outputs
    return None
