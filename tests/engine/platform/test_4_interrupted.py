"""Interrupted anywhere, the next `up` converges."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .conftest import deployed
from .project import Project
from .users import me, register, works

PORT = 18181


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[Project]:
    """A second copy, beside the shared one on the same engine."""
    folder: Path = tmp_path_factory.mktemp("second")
    with deployed(folder, "enginetest2", PORT, 13181) as made:
        yield made


def serves(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as gateway:
        works(gateway)


def test_two_stacks_live_side_by_side(project: Project, second: Project) -> None:
    serves(PORT)
    first, other = project.containers(), second.containers()
    assert set(first) == set(other)
    assert not {each.id for each in first.values()} & {each.id for each in other.values()}


def test_destroy_keeps_the_data_and_a_new_start_uses_it_with_new_secrets_even_when_killed(
    second: Project,
) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=10) as gateway:
        email = register(gateway)
        interrupted(second, "migrations", signal.SIGKILL)
        second.up(check=True)
        assert me(gateway, email) == email


# Moments of the start-up, one in each phase, by the container that has just appeared.
MOMENTS = [
    "postgres",
    "migrations",
    "airtable-gateway-blue",
    "auth-service-blue",
    "platform-services-blue",
    "router",
]
# One more, a kill while the schema is made, is above: the data comes through it.
SHORT = ("auth-service-blue", signal.SIGINT)
# Each begins with nothing and ends with a whole platform, so most of them only where it is asked.
INTERRUPTIONS = [
    pytest.param(moment, how, marks=[] if (moment, how) == SHORT else pytest.mark.long)
    for moment in MOMENTS
    for how in (signal.SIGKILL, signal.SIGINT)
]


@pytest.mark.parametrize(("moment", "how"), INTERRUPTIONS)
def test_an_up_that_is_killed_is_taken_up_by_the_next(
    second: Project, moment: str, how: signal.Signals
) -> None:
    interrupted(second, moment, how)
    second.up(check=True)
    serves(PORT)


def interrupted(second: Project, moment: str, how: signal.Signals) -> None:
    """Remove the stack, and end the engine when this container has appeared again."""
    destroyed = second.destroy()
    assert destroyed.ok, destroyed.output
    assert not second.containers()
    process = second.start(
        "pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", second.stack
    )
    deadline = time.monotonic() + 600
    while moment not in second.containers() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    os.kill(process.pid, how)
    process.communicate(timeout=600)
    assert process.returncode != 0
    if how is signal.SIGKILL:
        locked = second.up()
        assert not locked.ok
        assert "locked" in locked.output
        second.pulumi("cancel", "--yes", "--stack", second.stack, check=True)
