"""One deployment that the tests of the platform share, a client of its gateway, and load on it."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.lanes import BESIDE
from tests.load import Load, vegeta

from .project import ROOT, Project

GATEWAY_PORT = 18180
FRONTEND_PORT = 13180
ALONE_SECONDS = 3600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the modules with load come last: until then other suites may run beside."""
    loaded = {item.path for item in items if "load" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in loaded)


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


@pytest.fixture
def load(request: pytest.FixtureRequest, tmp_path: Path) -> Load:
    """Load on the gateway, of the module's RATE, once no other suite runs beside.

    An answer that comes late because other tests have the processors says nothing.
    """
    beside = Path(os.environ.get(BESIDE, "/nonexistent"))
    deadline = time.monotonic() + ALONE_SECONDS
    while beside.exists():
        assert time.monotonic() < deadline, "the suites beside do not end"
        time.sleep(1)
    return Load(GATEWAY_PORT, request.module.RATE, tmp_path, vegeta(ROOT / ".state" / "bench"))
