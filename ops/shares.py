"""The share of the processors that a new version has once it gets traffic."""

from __future__ import annotations

from collections.abc import Collection

import docker

from plan.change import Move
from plan.deployment import Deployment


def give(deployment: Deployment, moves: Collection[Move], engine: docker.DockerClient) -> None:
    """Give each new version the share that the plan says; until now it gave way to the old one.

    So it stands on the engine as the state has it, also after a restart. Raises docker's
    APIError and NotFound when a container is not there any more.
    """
    wanted = {each.service.name: each.container.cpu_shares for each in deployment.services}
    for move in moves:
        container = engine.containers.get(deployment.names.slot(move.service, move.new))
        if container.attrs["HostConfig"]["CpuShares"] != wanted[move.service]:
            container.update(cpu_shares=wanted[move.service])
