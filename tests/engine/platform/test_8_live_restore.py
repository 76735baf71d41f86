"""An engine that leaves containers running is restarted under load. The last of all tests: the
engine is started anew for it and after it.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.load import Answer, Load

from . import own_engine
from .project import Project
from .test_2_restart import checked, healed

pytestmark = pytest.mark.long
# The proxy of a published port is a process of the engine and ends with it; without it the kernel
# hands the connections over (docs.docker.com, "Live restore", "userland-proxy").
SETTINGS = {"userland-proxy": False, "live-restore": True}
RATE = 60
AWAY_SECONDS = 3
SETTLED_SECONDS = 1


@pytest.fixture
def options(tmp_path: Path) -> tuple[str, ...]:
    """Options of an engine that leaves its containers running when it stops."""
    file = tmp_path / "daemon.json"
    file.write_text(json.dumps(SETTINGS))
    return "--config-file", str(file)


@pytest.fixture
def restoring(
    project: Project, gateway: httpx.Client, options: tuple[str, ...]
) -> Iterator[Project]:
    """The platform on that engine. At the end it takes its containers down with it again."""
    wanted = checked(project)
    own_engine.stop()
    try:
        own_engine.start(*options)
        healed(project, gateway, wanted)
        yield project
    finally:
        Path(options[-1]).write_text(json.dumps(SETTINGS | {"live-restore": False}))
        own_engine.reload()
        own_engine.stop()
        own_engine.start()
    healed(project, gateway, wanted)


def test_an_engine_with_live_restore_is_away_and_costs_only_what_itself_does(
    restoring: Project, gateway: httpx.Client, options: tuple[str, ...], load: Load
) -> None:
    wanted = checked(restoring)
    for how in (signal.SIGTERM, signal.SIGKILL):
        with load:
            time.sleep(2)
            stopped = time.time()
            own_engine.stop(how)
            time.sleep(AWAY_SECONDS)
            started = time.time()
            own_engine.start(*options)
            back = time.time()
            time.sleep(3)
        print(f"{how.name}: the engine answered after {back - started:.1f} s; {load.told()}")
        for each in load.failed:
            assert stopped < each.time < back + SETTLED_SECONDS, each
            assert refused(each, started) or unnamed(each), each
        healed(restoring, gateway, wanted)
    assert restoring.up().ok


def refused(answer: Answer, started: float) -> bool:
    """Whether it found no port: while it starts, the engine sets the kernel's rules anew."""
    return answer.code == 0 and "connection refused" in answer.error and answer.time > started


def unnamed(answer: Answer) -> bool:
    """Whether it wanted Airtable: the names of the world outside are the engine's to tell."""
    return answer.code == 502 and "airtable_unreachable" in answer.error
