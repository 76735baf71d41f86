"""Everything stops and starts again, in whatever order: the platform heals by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import httpx
import pytest

from . import own_engine
from .project import Project
from .users import works

# On a quiet machine it is less than 60, which the restart of the engine records.
HEALED_SECONDS = 180


def healthy(project: Project) -> set[str]:
    found = project.containers().items()
    return {name for name, each in found if each.health == "healthy"}


def checked(project: Project) -> set[str]:
    """The containers that have a health check, healthy yet or not."""
    return {name for name, each in project.containers().items() if each.health != "unknown"}


def served(gateway: httpx.Client) -> bool:
    try:
        return gateway.get("/ready").status_code == 200
    except httpx.TransportError:
        return False


def healed(project: Project, gateway: httpx.Client, wanted: set[str]) -> float:
    """Wait until all is healthy again and requests are served; return the seconds it took."""
    started = time.monotonic()
    while healthy(project) != wanted or not served(gateway):
        missing = wanted - healthy(project)
        assert time.monotonic() - started < HEALED_SECONDS, f"not healthy: {missing}"
        time.sleep(0.5)
    works(gateway)
    return time.monotonic() - started


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_containers_that_come_back_in_any_order_heal_by_themselves(
    project: Project, gateway: httpx.Client, seed: int
) -> None:
    wanted = checked(project)
    running = sorted(wanted)
    for name in running:
        project.containers()[name].kill()
    random.Random(seed).shuffle(running)
    for name in running:
        project.containers()[name].start()
    healed(project, gateway, wanted)


def test_an_engine_that_is_stopped_and_started_brings_the_platform_back(
    project: Project, gateway: httpx.Client, record_property: Callable[[str, object], None]
) -> None:
    wanted = checked(project)
    own_engine.stop()
    own_engine.start()
    record_property("healed_seconds", healed(project, gateway, wanted))
