"""A job that never ends is ended, and what is said about it says what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import requests
from docker.errors import NotFound

from components import engine, overdue
from components.job import JobFailed, check
from components.overdue import Overdue
from components.progress import Progress
from components.recorder import Watch
from components.site import Site
from plan.names import STACK_LABEL, Names

NAME = "pyairtable-dev-migrations"


@dataclass
class Container:
    """A job's container: it runs until it is killed, unless it has a code from the start."""

    code: int | None = None
    name: str = NAME
    hangs: bool = False
    removed: bool = False
    id: str = "1"

    @property
    def attrs(self) -> dict[str, Any]:
        return {"State": {"ExitCode": self.code}, "Names": [f"/{self.name}"]}

    def wait(self, timeout: float) -> None:
        assert timeout
        if self.hangs:
            raise requests.exceptions.ReadTimeout("read timed out")

    def kill(self) -> None:
        self.code = 137

    def reload(self) -> None: ...

    def logs(self, tail: int) -> bytes:
        return b"waits for a lock\n"

    def stop(self, timeout: int) -> None: ...

    def remove(self, force: bool) -> None:
        self.removed = True


@dataclass
class Engine:
    running: list[Container] = field(default_factory=list)

    @property
    def containers(self) -> Engine:
        return self

    def get(self, _: str) -> Container:
        if not self.running:
            raise NotFound("gone")
        return self.running[0]

    def list(self, filters: dict[str, str], sparse: bool) -> list[Container]:
        assert sparse
        assert filters == {"label": f"{STACK_LABEL}=dev", "status": "running"}
        return [each for each in self.running if each.code is None]


@dataclass
class FakeSite:
    overdue: Overdue
    names: Names = field(default_factory=lambda: Names("dev"))
    address: str = "unix:///nowhere"


def made(monkeypatch: pytest.MonkeyPatch, *running: Container, seconds: int = 0) -> Site:
    found = Engine(list(running))
    monkeypatch.setattr(engine, "client", lambda _: found)
    # The tests look themselves; the thread would look at the same time.
    monkeypatch.setattr(overdue, "POLL_SECONDS", 3600.0)
    watched = Overdue("dev", "unix:///nowhere", seconds)
    watched.watch(NAME)
    return cast(Site, FakeSite(watched))


def watch() -> Watch:
    return Watch("migrations", Progress(live=None))


def test_a_job_that_does_not_end_is_ended_and_named_with_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    container = Container()
    site = made(monkeypatch, container)
    site.overdue.look()
    with pytest.raises(JobFailed) as failed:
        check("migrations", site, "1", watch())
    assert "did not end within 0 s (health.jobTimeoutSeconds) and was ended" in str(failed.value)
    assert "waits for a lock" in str(failed.value)
    assert container.removed


def test_a_job_within_its_time_and_a_container_that_is_no_job_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early = Container()
    made(monkeypatch, early, seconds=900).overdue.look()
    other = Container(name="pyairtable-dev-postgres")
    made(monkeypatch, other).overdue.look()
    assert (early.code, other.code) == (None, None)


def test_a_job_that_is_done_is_not_watched_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    container = Container()
    site = made(monkeypatch, container)
    assert site.overdue.done(NAME) is False
    site.overdue.look()
    assert container.code is None


def test_a_job_that_fails_by_itself_is_told_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    site = made(monkeypatch, Container(code=3))
    with pytest.raises(JobFailed, match="failed with exit code 3"):
        check("migrations", site, "1", watch())


def test_an_engine_that_does_not_end_a_job_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    site = made(monkeypatch, Container(hangs=True))
    with pytest.raises(JobFailed, match="the Docker Engine did not end it either"):
        check("migrations", site, "1", watch())


def test_a_job_whose_container_is_gone_is_run_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    site = made(monkeypatch)
    with pytest.raises(JobFailed, match="the job runs anew"):
        check("migrations", site, "1", watch())
