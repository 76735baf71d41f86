"""Releases and rollbacks under load: what is lost, and how much slower answers are meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.engine.platform.project import Project
from tests.engine.platform.versions import remove_versions, version
from tests.load import Load, vegeta

from .released import SERVICE, live, platformctl, release, weights
from .report import Figure

RATE = 200
QUIET_SECONDS = 20
P99_AT_MOST = 2.0
BACK_AT_MOST_SECONDS = 2.0
THREE_BACK_AT_MOST_SECONDS = 30.0


def measure(project: Project, port: int, folder: Path) -> list[Figure]:
    """Release a service, go back, go three back, and release all services, each under load."""
    loaded = _Loaded(port, folder)
    loaded.quiet()
    original, first = live(project)["image"], str(release(project)["id"])
    made = [version(original, f"{SERVICE}:bench-{number}") for number in range(3)]

    def released(reference: str) -> None:
        platformctl(project, "release", SERVICE, "--image", reference)

    loaded.run(f"release of {SERVICE}", lambda: released(made[0]))
    loaded.run("rollback", lambda: _back(project, loaded.figures))
    platformctl(project, "unpin")
    for each in made[1:]:
        released(each)
    three_back = "rollback three back"
    loaded.run(
        three_back,
        lambda: platformctl(project, "rollback", "--to", first),
        THREE_BACK_AT_MOST_SECONDS,
    )
    project.unset(f"services.{SERVICE}.image")
    platformctl(project, "unpin")
    project.set("platform.logLevel", "WARNING")
    loaded.run("release of all services", lambda: platformctl(project, "up"))
    remove_versions()
    return loaded.figures


@dataclass
class _Loaded:
    """Runs steps under load. figures: what was measured until now."""

    port: int
    folder: Path
    figures: list[Figure] = field(default_factory=list)
    p99_ms: float = 0.0

    def quiet(self) -> None:
        with self._load() as load:
            time.sleep(QUIET_SECONDS)
        self.p99_ms = load.p99_ms()
        self.figures.append(
            Figure(name=f"quiet p99 at {RATE} requests/s", value=self.p99_ms, unit="ms")
        )
        self._count("quiet", load)

    def run(self, name: str, step: Callable[[], None], at_most: float | None = None) -> None:
        """Do a step under load. at_most: seconds that it may take."""
        with self._load() as load:
            began = time.time()
            step()
            ended = time.time()
        self._count(name, load)
        ratio = load.p99_ms(began, ended) / self.p99_ms
        self.figures += [
            Figure(name=f"{name}: p99 over quiet", value=ratio, unit="ratio", at_most=P99_AT_MOST),
            Figure(name=f"{name}: whole command", value=ended - began, unit="s", at_most=at_most),
        ]

    def _load(self) -> Load:
        return Load(self.port, RATE, self.folder, vegeta(self.folder))

    def _count(self, name: str, load: Load) -> None:
        print(f"{name}: {load.told()}", flush=True)
        self.figures.append(
            Figure(name=f"{name}: failed", value=len(load.failed), unit="requests", at_most=0)
        )


def _back(project: Project, figures: list[Figure]) -> None:
    before, began = weights(project), time.monotonic()
    rollback = project.start(
        "python", "-m", "ops.cli", "rollback", SERVICE, "--stack", project.stack
    )
    while weights(project) == before and rollback.poll() is None:
        time.sleep(0.05)
    took = time.monotonic() - began
    output, _ = rollback.communicate()
    if rollback.returncode:
        raise SystemExit(output)
    figures.append(
        Figure(name="rollback: traffic back", value=took, unit="s", at_most=BACK_AT_MOST_SECONDS)
    )
