"""The gRPC side of the Docker provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2

from airgap import urn, wire
from airgap.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc

from .check import Failures, Naming, check, check_arguments
from .diff import diff
from .engine import Engine, EngineUnreachable
from .functions import FUNCTIONS
from .handler import FAILURES, Handler, PartlyMade, Values, plain, reason, shown
from .image import BuildFailed
from .log import EngineLog
from .partial import fail_partly
from .registry import RESOURCES
from .schema import Resource

CONFIGURATION = {"host", "version"}


class DockerProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Resources of one Docker Engine."""

    def __init__(self, version: str, engine_address: str) -> None:
        self._version = version
        self._engine = Engine()
        self._log = EngineLog(engine_address)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Refuse configuration that would be ignored."""
        news = wire.load(request.news)
        failures = [
            (name, f"docker:{name} is not supported here; docker:host is")
            for name in sorted(news.keys() - CONFIGURATION)
        ]
        if not isinstance(news.get("host", ""), (str, wire.Unknown)):
            failures.append(("host", "docker:host is to be a text such as unix:///run/docker.sock"))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_told(failures))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """A change of configuration updates the provider; it never replaces it."""
        changed = wire.load(request.olds) != wire.load(request.news)
        kinds = provider_pb2.DiffResponse
        return kinds(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        """Take the address; connect later, when first needed."""
        host = wire.load(request.args).get("host")
        if isinstance(host, str) and host:
            self._engine.host = host
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Check(self, request: Any, context: Any) -> Any:
        """Fill defaults and the name; refuse what is wrong or not supported."""
        resource, _ = _known(request.urn, context)
        naming = Naming(
            urn_name=urn.name(request.urn),
            seed=request.randomSeed,
            proposed=request.autonaming.proposed_name,
            off=request.autonaming.mode == request.autonaming.DISABLE,
        )
        news = wire.load(request.news)
        # What was before matters to a name that is not given, and to nothing else.
        olds = {} if "name" in news else wire.load(request.olds)
        inputs, failures = check(resource, news, olds, naming)
        return provider_pb2.CheckResponse(inputs=wire.dump(inputs), failures=_told(failures))

    def Diff(self, request: Any, context: Any) -> Any:
        """Compare the inputs before with those wanted."""
        resource, _ = _known(request.urn, context)
        kinds = provider_pb2.DiffResponse
        if request.old_inputs == request.news:
            return kinds(changes=kinds.DIFF_NONE, hasDetailedDiff=True)
        news = wire.load(request.news)
        olds = wire.load(request.old_inputs)
        for name in request.ignoreChanges:
            news[name] = olds.get(name)
        found = diff(resource, olds, news)
        return kinds(
            changes=kinds.DIFF_SOME if found.kinds else kinds.DIFF_NONE,
            replaces=sorted({path.split(".")[0].split("[")[0] for path in found.replaces}),
            diffs=sorted({path.split(".")[0].split("[")[0] for path in found.kinds}),
            detailedDiff={
                path: provider_pb2.PropertyDiff(
                    kind=getattr(provider_pb2.PropertyDiff, kind), inputDiff=True
                )
                for path, kind in found.kinds.items()
            },
            hasDetailedDiff=True,
            deleteBeforeReplace=found.delete_first,
        )

    def Create(self, request: Any, context: Any) -> Any:
        """Make it; in a preview tell what will be known only then."""
        resource, handler = _known(request.urn, context)
        inputs = wire.load(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=wire.dump(_planned(resource, inputs)))
        with _readable(context, request.urn):
            try:
                made, state = handler.create(self._engine.api, inputs, self._logger(request.urn))
            except PartlyMade as partly:
                return fail_partly(context, partly, inputs)
        return provider_pb2.CreateResponse(id=made, properties=wire.dump(shown(state)))

    def Read(self, request: Any, context: Any) -> Any:
        """Return it as it is now; an empty id says that it is gone."""
        resource, handler = _known(request.urn, context)
        inputs, before = wire.load(request.inputs), wire.load(request.properties)
        with _readable(context, request.urn):
            state = handler.read(self._engine.api, request.id, {**inputs, **before})
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=wire.dump(shown(state)),
            inputs=_inputs(resource, inputs, state, request.inputs),
        )

    def Update(self, request: Any, context: Any) -> Any:
        """Apply what changes in place."""
        _, handler = _known(request.urn, context)
        before, inputs = wire.load(request.olds), wire.load(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=wire.dump(shown({**before, **inputs})))
        with _readable(context, request.urn):
            state = handler.update(self._engine.api, request.id, before, inputs)
        return provider_pb2.UpdateResponse(properties=wire.dump(shown(state)))

    def Delete(self, request: Any, context: Any) -> Any:
        """Remove it."""
        _, handler = _known(request.urn, context)
        with _readable(context, request.urn):
            handler.delete(self._engine.api, request.id, wire.load(request.properties))
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """Call a function."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            return context.abort(
                grpc.StatusCode.UNIMPLEMENTED, f"{request.tok} is not supported; {known} are"
            )
        arguments, failures = check_arguments(function.arguments, wire.load(request.args))
        if failures:
            return provider_pb2.InvokeResponse(failures=_told(failures))
        with _readable(context, request.tok):
            found = function.call(self._engine.api, arguments)
        return provider_pb2.InvokeResponse(**{"return": wire.dump(found)})

    def Cancel(self, request: Any, context: Any) -> Any:
        """Let what runs come to its end, as the official provider does."""
        return empty_pb2.Empty()

    def _logger(self, place: str) -> Callable[[str], None]:
        return lambda line: self._log.status(place, line)


def _told(failures: Failures) -> list[Any]:
    return [provider_pb2.CheckFailure(property=name, reason=why) for name, why in failures]


def _known(place: str, context: Any) -> tuple[Resource, Handler]:
    kind = urn.kind(place)
    if kind not in RESOURCES:
        known = ", ".join(sorted(RESOURCES))
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{kind} is not supported here; {known} are")
    return RESOURCES[kind]


@contextmanager
def _readable(context: Any, what: str) -> Iterator[None]:
    """Turn what the engine says into one readable error."""
    try:
        yield
    except (EngineUnreachable, BuildFailed) as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    except FAILURES as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{urn.name(what)}: {reason(error)}")


def _planned(resource: Resource, inputs: Values) -> Values:
    chosen = [
        name for name, spec in resource.properties.items() if spec.computed and name not in inputs
    ]
    return shown(inputs) | dict.fromkeys((*resource.outputs, *chosen), wire.UNKNOWN)


def _inputs(resource: Resource, before: Values, state: Values, sent: Any) -> Any:
    """Return inputs as read: those that were given, so that what changed outside shows.

    before: those of the state; sent: the same as the engine sent them. Where they mean what they
    meant they come back as they were: the engine writes the whole state anew for each resource
    whose inputs are written otherwise. An import has none yet, and takes everything that is an
    input.
    """
    names = [name for name in before if name != "__defaults"] or list(resource.properties)
    found = {name: plain(state[name]) for name in names if name in state}
    if before and not diff(resource, found, before).kinds:
        return sent
    if "__defaults" in before:
        found["__defaults"] = before["__defaults"]
    return wire.dump(found)
