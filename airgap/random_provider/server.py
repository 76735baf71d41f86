"""The gRPC side of the random provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2

from airgap import urn, wire
from airgap.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc

from .check import DEFAULTS, check, filled
from .diff import diff
from .resource import Failures, Made, NotImportable, Resource, Values
from .resources import RESOURCES, refusal

# What the engine itself says about a provider beside its configuration.
ENGINES_OWN = {"version", "pluginDownloadURL", "__internal"}


class RandomProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Random values, made once; reading, updating and deleting them changes none."""

    def __init__(self, version: str) -> None:
        self._version = version

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Refuse any configuration: there is none."""
        unknown = sorted(set(wire.load(request.news)) - ENGINES_OWN)
        failures = [(name, f"The random provider has no configuration {name}.") for name in unknown]
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Report no difference: there is no configuration."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        """Say what we understand: previews; the engine keeps secret inputs secret."""
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Check(self, request: Any, context: Any) -> Any:
        """Fill in defaults; refuse what is wrong or not supported."""
        inputs, failures = check(_resource(request, context), wire.load(request.news))
        return provider_pb2.CheckResponse(inputs=wire.dump(inputs), failures=_failures(failures))

    def Diff(self, request: Any, context: Any) -> Any:
        """Compare what the state holds with what is wanted."""
        olds = wire.load(request.old_inputs) | wire.load(request.olds)
        found = diff(_resource(request, context), olds, wire.load(request.news))
        kinds = provider_pb2.PropertyDiff
        changed = provider_pb2.DiffResponse
        return provider_pb2.DiffResponse(
            changes=changed.DIFF_SOME if found else changed.DIFF_NONE,
            replaces=[name for name, kind in found.items() if kind.endswith("REPLACE")],
            diffs=list(found),
            detailedDiff={name: kinds(kind=kinds.Kind.Value(kind)) for name, kind in found.items()},
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Any) -> Any:
        """Draw the value; in a preview it is not known."""
        resource = _resource(request, context)
        inputs = _checked(resource, wire.load(request.properties), context)
        if request.preview:
            unknown = dict.fromkeys(resource.outputs, wire.UNKNOWN)
            return provider_pb2.CreateResponse(properties=_state(resource, inputs, unknown))
        if wire.unknown_inside(inputs):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "An input has no value yet.")
        made = resource.create(inputs)
        return provider_pb2.CreateResponse(
            id=made.id, properties=_state(resource, inputs, made.outputs)
        )

    def Read(self, request: Any, context: Any) -> Any:
        """Return what the state holds; without a state, take over the given value.

        Inputs come back as they were, defaults' names too: the engine writes the whole state anew
        for each resource whose inputs are written otherwise.
        """
        resource = _resource(request, context)
        if not request.properties.fields:
            given, made = _adopted(resource, request.id, context)
            inputs = filled(resource, given)
            return _read(resource, made.id, inputs, _state(resource, inputs, made.outputs))
        held, inputs = wire.load(request.properties), wire.load(request.inputs)
        return _read(resource, request.id, inputs, _state(resource, {}, held))

    def Update(self, request: Any, context: Any) -> Any:
        """Take the new inputs; the value stays."""
        resource = _resource(request, context)
        olds, news = wire.load(request.olds), wire.load(request.news)
        outputs = {name: olds[name] for name in resource.outputs if name in olds}
        return provider_pb2.UpdateResponse(properties=_state(resource, news, outputs))

    def Delete(self, request: Any, context: Any) -> Any:
        """Forget it, of whatever type; there is nothing to remove."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        """Do nothing: no call here takes long."""
        return empty_pb2.Empty()


def _resource(request: Any, context: Any) -> Resource:
    token = urn.kind(request.urn)
    if token not in RESOURCES:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, refusal(token))
    return RESOURCES[token]


def _checked(resource: Resource, properties: Values, context: Any) -> Values:
    inputs, failures = check(resource, properties)
    if failures:
        reasons = " ".join(reason for _, reason in failures)
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, reasons)
    return inputs


def _adopted(resource: Resource, given: str, context: Any) -> tuple[Values, Made]:
    try:
        return resource.adopt(given)
    except NotImportable as error:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        raise


def _state(resource: Resource, *parts: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return properties for the state: secrets wrapped, our own bookkeeping left out."""
    values = {key: value for part in parts for key, value in part.items() if key != DEFAULTS}
    wrapped = {name: wire.secret(values[name]) for name in resource.secrets & values.keys()}
    return wire.dump(values | wrapped)


def _read(resource: Resource, made: str, inputs: Values, state: struct_pb2.Struct) -> Any:
    return provider_pb2.ReadResponse(id=made, properties=state, inputs=wire.dump(inputs))


def _failures(failures: Failures) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=name, reason=why) for name, why in failures]
