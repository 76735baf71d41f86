"""What the front door costs when nothing is to be done, over what Pulumi itself takes for it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence

from tests.engine.platform.project import Project

from .report import Figure

ROUNDS = 3
SETUP, PREVIEW, UP, PULUMI = "set-up", "make preview", "make up", "pulumi preview"
AT_MOST: Mapping[str, float] = {SETUP: 0.4, PREVIEW: 2.0, UP: 3.0}


def measure(project: Project) -> list[Figure]:
    """Run all of them in turns on a platform that is as it is wanted; the medians count."""
    stack = f"STACK={project.stack}"
    commands: Mapping[str, Sequence[str]] = {
        SETUP: ("python3", "-m", "bootstrap"),
        PULUMI: ("pulumi", "preview", "--stack", project.stack, "--non-interactive"),
        PREVIEW: ("make", "preview", stack),
        UP: ("make", "up", stack),
    }
    # The first of each finds what later ones have in the page cache.
    for command in commands.values():
        project.run(*command, check=True)
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            started = time.monotonic()
            project.run(*command, check=True)
            took[name].append(time.monotonic() - started)
    return _figures({name: statistics.median(seconds) for name, seconds in took.items()})


def _figures(seconds: Mapping[str, float]) -> list[Figure]:
    return [
        *(
            Figure(name=f"{name}, nothing to do", value=value, unit="s")
            for name, value in seconds.items()
        ),
        *(
            Figure(
                name=f"{name} over {PULUMI}",
                value=seconds[name] / seconds[PULUMI],
                unit="ratio",
                at_most=at_most,
            )
            for name, at_most in AT_MOST.items()
        ),
    ]
