"""A restore brings the schema to what the migrations know that it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ops import restoring
from ops.dumps import Backup
from ops.exits import Exit, Stopped
from ops.project import Project
from plan.container import Container

from .conftest import Sandbox

BACKUP = Backup(
    name="b.dump", time=datetime(2026, 1, 1, tzinfo=UTC), bytes=1, intact=True, revision="0004"
)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The jobs that ran, with the image that each was to run as."""
    found: list[tuple[Any, ...]] = []

    @contextmanager
    def stopped(_: Project) -> Iterator[list[str]]:
        found.append(("stopped",))
        yield []
        found.append(("started",))

    def run(_: Project, job: Container, command: Sequence[str], image: str | None = None) -> str:
        if image == "bad:1":
            raise Stopped(Exit.FAILED, "It knows no such revision.")
        found.append((job.name, *command[1:], image))
        return ""

    monkeypatch.setattr("ops.writers.stopped", stopped)
    monkeypatch.setattr("ops.writers.forget_caches", lambda _: found.append(("forgotten",)))
    monkeypatch.setattr("ops.dumps.make", lambda *_, **__: ("present.dump", ""))
    monkeypatch.setattr("ops.jobs.run", run)
    return found


def test_a_restore_runs_the_migrations_that_it_is_given_else_those_that_ran_last(
    sandbox: Sandbox, ran: list[tuple[Any, ...]]
) -> None:
    project = Project(sandbox.root, "dev")
    assert restoring.restore(project, BACKUP, "old:1") == "present.dump"
    assert [each for each in ran if each[0] == "migrations"] == [("migrations", "old:1")]
    assert (ran[0], ran[-2:]) == (("stopped",), [("forgotten",), ("started",)])
    ran.clear()
    restoring.restore(project, BACKUP)
    assert [each for each in ran if each[0] == "migrations"] == [("migrations", None)]


def test_migrations_that_fail_bring_the_present_back_with_those_that_ran_last(
    sandbox: Sandbox, ran: list[tuple[Any, ...]]
) -> None:
    with pytest.raises(Stopped, match="The data of before is back"):
        restoring.restore(Project(sandbox.root, "dev"), BACKUP, "bad:1")
    assert [each for each in ran if each[0] in ("backup", "migrations")] == [
        ("backup", "b.dump", None),
        ("backup", "present.dump", None),
        ("migrations", None),
    ]
