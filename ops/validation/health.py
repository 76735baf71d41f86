"""The health matrix: every store, every service and the router, from inside the platform."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import docker
from docker.errors import APIError, NotFound

from plan.deployment import DeployedService, DeployedStore, Deployment
from plan.names import Names

from . import glance
from .answers import Verdict, addresses, bounded, questions, verdict
from .report import FAILED, PASSED, Check

# A platform that has just started needs a moment until every connection stands.
SETTLE_SECONDS = 15.0
POLL_SECONDS = 0.25
# No more than the Docker client's pool of connections holds.
AT_ONCE = 10
_ROUTER = "router"
_ROUTER_HEALTH = ("/usr/local/bin/healthcheck",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A question: the command, the container in which it runs, and how its output is read.

    addresses: what the command asks by HTTP from the router's container.
    """

    name: str
    target: str
    container: str
    command: list[str]
    read: Callable[[int, str, float], Verdict]
    addresses: tuple[str, ...] = ()


def health_matrix(
    deployment: Deployment,
    slots: Mapping[str, str],
    engine: docker.DockerClient,
    settle_seconds: float = SETTLE_SECONDS,
    waiting: Collection[str] = (),
) -> list[Check]:
    """Check everything side by side, each until it passes or settle_seconds are over.

    slots: the slot of each service that is to serve. waiting: services whose slot has no
    traffic yet, so that only the slot itself is asked. Services are asked from the router's
    container, so through the platform's own network; stores in their own.
    """
    probes = _probes(deployment, slots, waiting)
    deadline = time.monotonic() + settle_seconds
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        seen = pool.submit(_glance, probes, deployment.names, engine)
        return list(pool.map(lambda probe: _settled(probe, engine, deadline, seen), probes))


def _glance(
    probes: Sequence[Probe], names: Names, engine: docker.DockerClient
) -> Mapping[str, float]:
    """Return the milliseconds of every address that answers well."""
    every = [each for probe in probes for each in probe.addresses]
    if not every:
        return {}
    try:
        return glance.well(_ran(engine, names.of(_ROUTER), glance.asking(every))[1])
    except APIError:
        # Each probe meets the same, and tells it.
        return {}


def _probes(
    deployment: Deployment, slots: Mapping[str, str], waiting: Collection[str]
) -> list[Probe]:
    names = deployment.names
    return [
        *(_store(each, names) for each in deployment.stores),
        *(
            _service(each, slots[each.service.name], names, each.service.name not in waiting)
            for each in deployment.services
            if each.service.name in slots
        ),
        _command(_ROUTER, names.of(_ROUTER), _ROUTER_HEALTH),
    ]


def _store(each: DeployedStore, names: Names) -> Probe:
    return _command(each.store.name, names.of(each.store.name), each.store.health_command)


def _command(name: str, container: str, command: tuple[str, ...]) -> Probe:
    def read(code: int, output: str, seconds: float) -> Verdict:
        late = "no answer in time" if code == 124 else "the health check failed"
        detail = "" if code == 0 else " ".join(output.split())[-200:] or late
        return Verdict(healthy=code == 0, latency_ms=round(seconds * 1000, 1), detail=detail)

    return Probe(name=name, target=name, container=container, command=bounded(command), read=read)


def _service(each: DeployedService, slot: str, names: Names, routed: bool) -> Probe:
    return Probe(
        name=each.service.name,
        target=f"{each.service.name}-{slot}",
        container=names.of(_ROUTER),
        command=questions(each.service, slot, routed=routed),
        read=lambda _code, output, _seconds: verdict(each.service, slot, output, routed=routed),
        addresses=addresses(each.service, slot, routed=routed),
    )


def _settled(
    probe: Probe,
    engine: docker.DockerClient,
    deadline: float,
    seen: Future[Mapping[str, float]],
) -> Check:
    latency = glance.latency(probe.addresses, seen.result()) if probe.addresses else None
    glanced = Verdict(healthy=True, latency_ms=latency) if latency is not None else None
    while True:
        found = glanced or _asked(probe, engine)
        if found.healthy or time.monotonic() > deadline:
            return Check(
                kind="health",
                name=probe.name,
                target=probe.target,
                result=PASSED if found.healthy else FAILED,
                latency_ms=found.latency_ms,
                detail=found.detail,
            )
        time.sleep(POLL_SECONDS)


def _asked(probe: Probe, engine: docker.DockerClient) -> Verdict:
    started = time.perf_counter()
    try:
        code, output = _ran(engine, probe.container, probe.command)
    except NotFound:
        return Verdict(healthy=False, detail=f"container {probe.container} is not there")
    except APIError as error:
        return Verdict(healthy=False, detail=str(error.explanation or error))
    return probe.read(code, output, time.perf_counter() - started)


def _ran(engine: docker.DockerClient, container: str, command: list[str]) -> tuple[int, str]:
    """Run a command in a container; return its exit code and what it printed. Raises APIError."""
    done = engine.containers.get(container).exec_run(command)
    output = done.output if isinstance(done.output, bytes) else b""
    return 1 if done.exit_code is None else int(done.exit_code), output.decode(errors="replace")
