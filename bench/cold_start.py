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
            started = time.monotonic()
            project.up(check=True)
            wholes.append(time.monotonic() - started)
        containers = project.containers()
        parts.append(_sum_of_slowest(watch.seconds(), plan))
        compose.write(compose.project(containers, plan, project.stack), file)
        for each in containers.values():
            each.remove(force=True)
        others.append(compose.cold_start(binary, file))
    project.up(check=True)
    whole, part, other = map(statistics.median, (wholes, parts, others))
    return [
        Figure(name="cold start, pulumi up", value=whole, unit="s"),
        Figure(name="slowest member of each phase, summed", value=part, unit="s"),
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


def _sum_of_slowest(took: dict[str, float], plan: list[Step]) -> float:
    total = 0.0
    for phase in Phase:
        names = {step.name for step in plan if step.phase is phase}
        total += max((took[name] for name in names if name in took), default=0.0)
    return total
