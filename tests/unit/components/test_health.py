"""The gate asks inside the container, opens as soon as it is healthy, and never hangs."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from components import engine, health
from components.health import HealthGate, NotHealthy
from components.progress import Progress
from components.recorder import Watch
from plan.container import WAITING_CPU_SHARES

RUNNING = {"Status": "running", "Running": True, "Restarting": False, "ExitCode": 0}


@dataclass
class Ran:
    exit_code: int


@dataclass
class Container:
    """A container whose commands run here. states: what the engine says; the last one stays.

    shell: whether the image has one.
    """

    states: list[dict[str, Any]] = field(default_factory=lambda: [RUNNING])
    shell: bool = True
    asked: list[list[str]] = field(default_factory=list)
    removed: bool = False
    shares: int | None = None

    @property
    def containers(self) -> Container:
        return self

    def get(self, _: str) -> Container:
        return self

    @property
    def attrs(self) -> dict[str, Any]:
        return {"State": self.states[0], "RestartCount": 0}

    def reload(self) -> None:
        if len(self.states) > 1:
            self.states.pop(0)

    def exec_run(self, command: list[str]) -> Ran:
        self.asked.append(command)
        if command[0] == "sh" and not self.shell:
            return Ran(127)
        done = subprocess.run(command, check=False)
        self.reload()
        return Ran(done.returncode)

    def logs(self, tail: int) -> bytes:
        return b"first\nlast\n"[-tail * 6 :]

    def stop(self, timeout: int) -> None:
        assert timeout

    def update(self, cpu_shares: int) -> None:
        if self.states[0]["Status"] != "running":
            raise APIError("409", explanation="cannot update a container that has ended")
        self.shares = cpu_shares

    def remove(self, force: bool) -> None:
        self.removed = force


Wait = Callable[..., None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    def waited(
        container: Container,
        *command: str,
        timeout: int = 30,
        check: int = 10,
        gives_way: bool = False,
    ) -> None:
        monkeypatch.setattr(engine, "client", lambda _: container)
        gate = HealthGate(
            name="auth-service-blue",
            command=command,
            check_seconds=check,
            timeout_seconds=timeout,
            address="unix:///nowhere",
            gives_way_from=256 if gives_way else None,
        )
        gate.wait("id", Watch("auth-service-blue", Progress()))

    return waited


def test_it_opens_at_once_when_the_check_passes(wait: Wait) -> None:
    container = Container()
    wait(container, "true")
    assert len(container.asked) == 1


def test_one_question_to_the_engine_asks_until_the_container_is_healthy(
    wait: Wait, tmp_path: Path
) -> None:
    healthy = tmp_path / "healthy"
    container = Container()
    threading.Timer(0.5, healthy.touch).start()
    wait(container, "test", "-e", str(healthy))
    assert len(container.asked) == 1


def test_a_container_that_takes_long_is_asked_again(wait: Wait, tmp_path: Path) -> None:
    count = tmp_path / "count"
    container = Container()
    wait(container, "sh", "-c", f"echo >>{count}; test $(wc -l <{count}) -gt 14")
    assert len(container.asked) > 1


def test_a_check_that_hangs_does_not_hang_the_gate(wait: Wait) -> None:
    container = Container()
    began = time.monotonic()
    with pytest.raises(NotHealthy, match="was not healthy within 1 s"):
        wait(container, "sleep", "600", timeout=1, check=1)
    assert time.monotonic() - began < 60
    assert container.removed


def test_a_check_is_given_its_time(wait: Wait) -> None:
    container = Container()
    wait(container, "sleep", str(health.ROUND_SECONDS + 1))
    assert len(container.asked) == 1


def test_an_image_without_a_shell_is_asked_directly(wait: Wait) -> None:
    container = Container(shell=False)
    wait(container, "true")
    assert container.asked[-1] == ["true"]
    with pytest.raises(NotHealthy, match="was not healthy within 0 s"):
        wait(container, "false", timeout=0)


def test_a_container_that_exits_fails_at_once_with_its_last_lines(wait: Wait) -> None:
    exited = {**RUNNING, "Status": "exited", "Running": False, "ExitCode": 3}
    container = Container(states=[RUNNING, exited])
    with pytest.raises(NotHealthy, match=r"(?s)exited with exit code 3.*last"):
        wait(container, "false")
    assert len(container.asked) == 1


def test_a_container_that_the_engine_calls_unhealthy_fails(wait: Wait) -> None:
    container = Container(states=[{**RUNNING, "Health": {"Status": "unhealthy"}}])
    with pytest.raises(NotHealthy, match="is unhealthy"):
        wait(container, "false")


def test_what_has_no_traffic_yet_starts_on_what_the_others_leave_over(wait: Wait) -> None:
    container = Container()
    wait(container, "true", gives_way=True)
    assert container.shares == WAITING_CPU_SHARES
    serving = Container()
    wait(serving, "true")
    assert serving.shares is None


def test_one_that_has_ended_before_it_could_give_way_is_told_of(wait: Wait) -> None:
    exited = {**RUNNING, "Status": "exited", "Running": False, "ExitCode": 3}
    with pytest.raises(NotHealthy, match="exited with exit code 3"):
        wait(Container(states=[exited]), "true", gives_way=True)


def test_one_that_cannot_start_on_what_is_left_over_gets_its_full_share_in_time(
    wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "GIVE_WAY_SECONDS", 0.0)
    container = Container()
    with pytest.raises(NotHealthy):
        wait(container, "false", timeout=3, gives_way=True)
    assert container.shares == 256
