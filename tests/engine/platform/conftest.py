"""One deployment that the tests of the platform share, and a client of its gateway."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from .project import Project

GATEWAY_PORT = 18180
FRONTEND_PORT = 13180


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The platform, up and validated, as stack enginetest of a copy of the project."""
    folder = tmp_path_factory.mktemp("project")
    with deployed(folder, "enginetest", GATEWAY_PORT, FRONTEND_PORT) as made:
        yield made


@contextmanager
def deployed(
    folder: Path,
    stack: str,
    gateway_port: int,
    frontend_port: int,
    keep: Collection[str] = (),
) -> Iterator[Project]:
    """Bring up a copy of the project as a stack of its own; leave nothing of it behind.

    keep: volumes of it that are there already, and that the caller removes.
    """
    project = Project.copy(folder, stack)
    project.remove_everything(keep)
    try:
        _up(project, gateway_port, frontend_port)
        yield project
        project.destroy()
    finally:
        project.remove_everything(keep)


def _up(project: Project, gateway_port: int, frontend_port: int) -> None:
    project.set("entry.gatewayPort", str(gateway_port))
    project.set("entry.frontendPort", str(frontend_port))
    for key, value in {
        "intervalSeconds": 10,
        "timeoutSeconds": 5,
        "gateTimeoutSeconds": 90,
    }.items():
        project.set(f"health.{key}", str(value))
    for key in ("pauseSeconds", "guardSeconds", "drainSeconds"):
        project.set(f"release.{key}", "1")
    project.set("entry.rateLimit.perMinute", "100000")
    project.set("entry.rateLimit.burstPerMinute", "200000")
    project.up(check=True)


@pytest.fixture
def gateway(project: Project) -> Iterator[httpx.Client]:
    """A client of the shared deployment's public address."""
    with httpx.Client(base_url=f"http://127.0.0.1:{GATEWAY_PORT}", timeout=10) as client:
        yield client
