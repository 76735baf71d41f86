"""A release that is killed at each of its steps, under load: what is lost, and what comes next."""

from __future__ import annotations

import time
from pathlib import Path

from tests.engine.platform.project import Project
from tests.engine.platform.test_5_releases import kill_with_descendants
from tests.engine.platform.versions import base, remove_versions, version
from tests.load import Load, vegeta

from .released import SERVICE, live, platformctl, weights
from .report import Figure

RATE = 200
KILLS = 12


def measure(project: Project, port: int, folder: Path) -> list[Figure]:
    """Kill a release at twelve moments of its course; the next one has to converge each time."""
    original = base(live(project)["image"], f"{SERVICE}:base")
    began = time.monotonic()
    _release(project, version(original, f"{SERVICE}:whole"))
    whole = time.monotonic() - began
    failed, converged, requests = 0, 0, 0
    for number in range(1, KILLS + 1):
        made = version(original, f"{SERVICE}:kill-{number}")
        with Load(port, RATE, folder, vegeta(folder)) as load:
            _killed(project, made, whole * number / (KILLS + 1))
            _release(project, made)
        print(f"killed at {number}/{KILLS + 1} of a release: {load.told()}", flush=True)
        failed, requests = failed + len(load.failed), requests + len(load.answers)
        converged += _stands(project, made)
    project.unset(f"services.{SERVICE}.image")
    platformctl(project, "up")
    remove_versions()
    return [
        Figure(name=f"{KILLS} killed releases: requests", value=requests, unit="requests"),
        Figure(name=f"{KILLS} killed releases: failed", value=failed, unit="requests", at_most=0),
        Figure(
            name="killed releases that the next one completed",
            value=converged,
            unit="releases",
            at_least=KILLS,
        ),
    ]


def _release(project: Project, reference: str) -> None:
    platformctl(project, "release", SERVICE, "--image", reference)


def _killed(project: Project, reference: str, seconds: float) -> None:
    update = project.start(
        "python",
        "-m",
        "ops.cli",
        "release",
        SERVICE,
        "--image",
        reference,
        "--stack",
        project.stack,
    )
    time.sleep(seconds)
    if update.poll() is None:
        kill_with_descendants(update.pid)
    update.wait(60)


def _stands(project: Project, reference: str) -> bool:
    now, shares = live(project), weights(project)
    return now["image"] == reference and shares == {
        each: 100 * (each == now["slot"]) for each in shares
    }
