"""How long a preview with nothing to change takes, and how it grows with the resources."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_docker as docker
from pulumi import automation as auto

from ops.environment import environment
from tests.engine.platform.project import ROOT, Project

from .report import Figure

SIZES = (25, 250, 1000)
ROUNDS = 3
AT_MOST_SECONDS = 4.0


def of_platform(project: Project) -> list[Figure]:
    """Preview the deployed platform; the median of a few."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        project.preview("--expect-no-changes", check=True)
        seconds.append(time.monotonic() - started)
    median = statistics.median(seconds)
    name = "preview, nothing to change"
    return [Figure(name=name, value=median, unit="s", at_most=AT_MOST_SECONDS)]


def growth() -> list[Figure]:
    """Preview stacks of many volumes; the last figures say how linear the growth is."""
    found = {size: _seconds(size) for size in SIZES}
    small, middle, large = SIZES
    first = (found[middle] - found[small]) / (middle - small)
    second = (found[large] - found[middle]) / (large - middle)
    return [
        *(
            Figure(name=f"preview of {size} resources", value=seconds, unit="s")
            for size, seconds in found.items()
        ),
        Figure(
            name=f"cost of a resource, {middle} to {large} over {small} to {middle}",
            value=second / first,
            unit="ratio",
            at_most=1.5,
        ),
    ]


def _volumes(count: int) -> Callable[[], None]:
    def program() -> None:
        for number in range(count):
            docker.Volume(f"v{number}", name=f"pyairtable-bench-{number}")
        pulumi.export("count", count)

    return program


def _seconds(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        variables = environment(ROOT) | {"PULUMI_BACKEND_URL": f"file://{folder}"}
        os.environ["PATH"] = variables["PATH"]
        stack = auto.create_stack(
            "bench",
            "bench",
            program=_volumes(count),
            opts=auto.LocalWorkspaceOptions(work_dir=str(Path(folder)), env_vars=variables),
        )
        stack.up()
        try:
            seconds = []
            for _ in range(ROUNDS):
                started = time.monotonic()
                stack.preview(refresh=True, expect_no_changes=True)
                seconds.append(time.monotonic() - started)
            return statistics.median(seconds)
        finally:
            stack.destroy()
