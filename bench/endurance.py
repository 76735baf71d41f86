"""Many releases in a row: nothing is left behind, and the router does not grow."""

from __future__ import annotations

from typing import Any

import docker

from plan.content_hash import LENGTH
from plan.names import PROJECT
from settings.release import ReleaseSettings
from tests.engine.platform.project import Project
from tests.engine.platform.versions import base, remove_versions, version

from .released import SERVICE, live, platformctl
from .report import Figure

RELEASES = 50
# By then both slots are there, and as many releases as are kept with their images.
KEPT = ReleaseSettings().kept_releases
FIRST = KEPT + 2
GROWTH_AT_MOST = 1.2


def measure(project: Project) -> list[Figure]:
    """Release a new version each time, and compare what there is once all that stays is there."""
    original = base(live(project)["image"], f"{SERVICE}:base")
    before: dict[str, int] = {}
    memory = 0
    for number in range(RELEASES):
        platformctl(project, "release", SERVICE, "--image", _made(original, number))
        if number == FIRST:
            before, memory = _there(project), _memory(project)
    after = _there(project)
    images = len(_versions())
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
        Figure(name="images of versions", value=images, unit="", at_most=KEPT + 1),
        Figure(
            name="router's memory over before", value=grown, unit="ratio", at_most=GROWTH_AT_MOST
        ),
    ]


def _made(original: str, number: int) -> str:
    """Return a version that is named as our own images are, so that retention sees to it."""
    client = docker.from_env()
    made = version(original, f"{SERVICE}:turn-{number}")
    tag = f"{number:0{LENGTH}x}"
    client.images.get(made).tag(f"{PROJECT}/{SERVICE}", tag)
    client.images.remove(made)
    return f"{PROJECT}/{SERVICE}:{tag}"


def _versions() -> set[str]:
    """Return such versions that are on the engine."""
    found = docker.from_env().images.list(f"{PROJECT}/{SERVICE}")
    ours = f"{PROJECT}/{SERVICE}:{'0' * (LENGTH - 2)}"
    return {tag for each in found for tag in each.tags if tag.startswith(ours)}


def _there(project: Project) -> dict[str, int]:
    client = docker.from_env()
    mine: Any = {"label": f"com.pyairtable.stack={project.stack}"}
    return {
        "containers": len(project.containers()),
        "volumes": len(client.volumes.list(filters=mine)),
        "networks": len(client.networks.list(filters=mine)),
        "images": len(client.images.list(all=True)),
    }


def _memory(project: Project) -> int:
    """Return what the router's processes hold, in bytes, without the files that are cached."""
    found: Any = project.containers()["router"].stats(stream=False)
    memory = found["memory_stats"]
    cached = memory["stats"].get("total_inactive_file", memory["stats"].get("inactive_file", 0))
    return int(memory["usage"]) - int(cached)
