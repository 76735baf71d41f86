"""What of a stack is on the engine and in the router: evidence for the checklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker

from plan.deployment import Deployment
from plan.names import of_stack

from ..engine import containers
from ..traffic import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a job ended. finished: RFC 3339."""

    image: str
    exit_code: int
    finished: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found.

    networks: whether each is internal, by name. environments: variables by container.
    migrations: None when it has not run. slots: the router's view, service -> slot.
    """

    networks: Mapping[str, bool]
    volumes: frozenset[str]
    environments: Mapping[str, tuple[str, ...]]
    migrations: Job | None
    slots: Mapping[str, Mapping[str, Mapping[str, Any]]]


def look(deployment: Deployment, engine: docker.DockerClient) -> Seen:
    """Look at the engine and at the router. Raises Stopped when the router is away."""
    names = deployment.names
    mine = of_stack(names.stack)
    found = {str(each.name): each.attrs for each in containers(engine, names.stack)}
    networks = engine.networks.list(filters=mine)
    return Seen(
        networks={str(each.name): bool(each.attrs["Internal"]) for each in networks},
        volumes=frozenset(str(each.name) for each in engine.volumes.list(filters=mine)),
        environments={name: tuple(a["Config"]["Env"] or ()) for name, a in found.items()},
        migrations=_job(found.get(names.of(deployment.migrations.name))),
        slots=Router(engine, names).look()["services"],
    )


def _job(attributes: Mapping[str, Any] | None) -> Job | None:
    if attributes is None or attributes["State"]["Status"] != "exited":
        return None
    state = attributes["State"]
    return Job(
        image=attributes["Config"]["Image"],
        exit_code=int(state["ExitCode"]),
        finished=f"{state['FinishedAt'][:19]}Z",
    )
