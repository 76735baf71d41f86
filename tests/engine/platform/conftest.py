"""One deployment that the tests of the platform share, and a client of its gateway."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .project import Project

GATEWAY_PORT = 18180
FRONTEND_PORT = 13180


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The platform, up and validated, as stack enginetest of a copy of the project."""
    made = deployed(tmp_path_factory.mktemp("project"), "enginetest", GATEWAY_PORT, FRONTEND_PORT)
    yield made
    made.destroy()
    made.remove_everything()


def deployed(folder: Path, stack: str, gateway_port: int, frontend_port: int) -> Project:
    """Bring up a copy of the project as a stack of its own."""
    project = Project.copy(folder, stack)
    project.remove_everything()
    project.set("entry.gatewayPort", str(gateway_port))
    project.set("entry.frontendPort", str(frontend_port))
    for key, value in {"intervalSeconds": 5, "timeoutSeconds": 3, "gateTimeoutSeconds": 60}.items():
        project.set(f"health.{key}", str(value))
    project.set("entry.rateLimit.perMinute", "100000")
    project.set("entry.rateLimit.burstPerMinute", "200000")
    project.up(check=True)
    return project


@pytest.fixture
def gateway(project: Project) -> Iterator[httpx.Client]:
    """A client of the shared deployment's public address."""
    with httpx.Client(base_url=f"http://127.0.0.1:{GATEWAY_PORT}", timeout=10) as client:
        yield client
