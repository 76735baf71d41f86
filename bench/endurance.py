"""Many releases in a row: nothing is left behind, and the router does not grow."""

from __future__ import annotations

from typing import Any

import docker

from tests.engine.platform.project import Project
from tests.engine.platform.versions import remove_versions, version

from .released import SERVICE, live, platformctl
from .report import Figure

RELEASES = 50
# Releases before both slots and all that goes with them are there.
FIRST = 3
GROWTH_AT_MOST = 1.2


def measure(project: Project) -> list[Figure]:
    """Release two versions in turns, and compare what there is after the first and the last."""
    original = live(project)["image"]
    made = [version(original, f"{SERVICE}:turn-{number}") for number in range(2)]
    before: dict[str, int] = {}
    memory = 0
    for number in range(RELEASES):
        platformctl(project, "release", SERVICE, "--image", made[number % 2])
        if number == FIRST:
            before, memory = _there(project), _memory(project)
    after = _there(project)
    grown = _memory(project) / memory
    project.unset(f"services.{SERVICE}.image")
    platformctl(project, "up")
    remove_versions()
    more = [
        Figure(name=f"{kind} more than before", value=after[kind] - count, unit="", at_most=0)
        for kind, count in before.items()
    ]
    return [
        Figure(name="releases in a row", value=RELEASES, unit="releases"),
        *more,
        Figure(
            name="router's memory over before", value=grown, unit="ratio", at_most=GROWTH_AT_MOST
        ),
    ]


def _there(project: Project) -> dict[str, int]:
    client = docker.from_env()
    mine: Any = {"label": f"com.pyairtable.stack={project.stack}"}
    return {
        "containers": len(project.containers()),
        "volumes": len(client.volumes.list(filters=mine)),
        "networks": len(client.networks.list(filters=mine)),
        "images": len(client.images.list("pyairtable-test/*")),
    }


def _memory(project: Project) -> int:
    """Return what the router's processes hold, in bytes, without the files that are cached."""
    found: Any = project.containers()["router"].stats(stream=False)
    memory = found["memory_stats"]
    cached = memory["stats"].get("total_inactive_file", memory["stats"].get("inactive_file", 0))
    return int(memory["usage"]) - int(cached)
