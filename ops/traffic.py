"""Which slots serve: asked of the router, which alone knows."""

from __future__ import annotations

import json
from typing import Any

import docker
from docker.errors import APIError, NotFound

from plan.names import Names

from .exits import Exit, Stopped

_WEIGHTS = ["/usr/local/bin/weights"]


def serving(engine: docker.DockerClient, names: Names) -> dict[str, str]:
    """Return the slot that has most of each service's traffic.

    Raises Stopped when the router is not there or does not answer.
    """
    again = f"`platformctl up --stack {names.stack}` makes it run."
    try:
        router = engine.containers.get(names.of("router"))
    except NotFound:
        raise Stopped(
            Exit.FAILED, f"Stack {names.stack} has no router, so nothing of it serves. {again}"
        ) from None
    try:
        done = router.exec_run(_WEIGHTS)
    except APIError as error:
        said = str(error.explanation or error)
        raise Stopped(
            Exit.FAILED, f"The router of stack {names.stack} does not run: {said}. {again}"
        ) from error
    output = done.output.decode(errors="replace") if isinstance(done.output, bytes) else ""
    if done.exit_code != 0:
        raise Stopped(Exit.FAILED, f"The router does not answer: {output.strip()}. {again}")
    return strongest(json.loads(output))


def strongest(weights: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the slot with the greatest weight of each service."""
    return {
        service: max(slots, key=lambda slot: int(slots[slot]["weight"]))
        for service, slots in weights.items()
    }
