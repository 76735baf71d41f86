"""How long the platform takes to start, images built, against its own parts and Compose."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from catalog import Phase
from plan.phases import Step
from tests.engine.platform.project import Project

from . import compose
from .report import Figure
from .watch import Watch

ROUNDS = 3
PARTS_AT_MOST = 1.25
COMPOSE_AT_MOST = 1.0


def measure(project: Project, plan: list[Step], folder: Path) -> list[Figure]:
    """Start the platform and the same containers with Compose, in turns; leave it running."""
    binary, file = compose.binary(folder / "compose"), folder / "compose.yaml"
    wholes, parts, others = [], [], []
    for _ in range(ROUNDS):
        project.destroy()
        with Watch(project.stack) as watch:
            started = time.time()
            project.up(check=True)
            ended = time.time()
        wholes.append(ended - started)
        containers = project.containers()
        around = (watch.first - started) + (ended - watch.last)
        parts.append(around + _slowest(watch.seconds(), plan))
        compose.write(compose.project(containers, plan, project.stack), file)
        for each in containers.values():
            each.remove(force=True)
        others.append(compose.cold_start(binary, file))
    project.up(check=True)
    whole, part, other = map(statistics.median, (wholes, parts, others))
    return [
        Figure(name="cold start, pulumi up", value=whole, unit="s"),
        Figure(
            name="slowest member of each phase, foundations and validation, summed",
            value=part,
            unit="s",
        ),
        Figure(name="cold start, docker compose up --wait", value=other, unit="s"),
        Figure(
            name="cold start over sum of slowest",
            value=whole / part,
            unit="ratio",
            at_most=PARTS_AT_MOST,
        ),
        Figure(
            name="cold start over compose",
            value=whole / other,
            unit="ratio",
            at_most=COMPOSE_AT_MOST,
        ),
    ]


def _slowest(took: dict[str, float], plan: list[Step]) -> float:
    """Return the sum over the phases of their slowest member, with what that needs inside them."""
    total = 0.0
    for phase in Phase:
        ends: dict[str, float] = {}
        for step in (each for each in plan if each.phase is phase and each.name in took):
            begin = max((ends.get(name, 0.0) for name in step.waits_for), default=0.0)
            ends[step.name] = begin + took[step.name]
        total += max(ends.values(), default=0.0)
    return total
