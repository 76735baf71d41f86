"""The Docker Engine that the project's set-up started: stopped and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from bootstrap.docker_address import SOCKET
from bootstrap.docker_engine import PID_FILE, started_here, versions

from .project import ROOT

STATE = ROOT / ".state"
MOST_SECONDS = 60


def ours() -> int:
    """Return its process id; skips the test where it is not ours to stop."""
    pid = started_here(STATE)
    if pid is None:
        pytest.skip(
            "this engine was not started by the project's set-up, so it is not ours to stop"
        )
    return pid


def reload() -> None:
    """Let it read its configuration file again; return when live-restore is off."""
    os.kill(ours(), signal.SIGHUP)
    _while(
        lambda: docker.from_env().info()["LiveRestoreEnabled"],
        "the engine did not read its configuration",
    )


def stop(how: signal.Signals = signal.SIGTERM) -> None:
    """Stop the engine; skips the test where it is not ours to stop."""
    pid = ours()
    os.kill(pid, how)
    _while(lambda: Path(f"/proc/{pid}").exists() and not _reaped(pid), "the engine did not stop")


def start(*options: str) -> None:
    """Start it by the set-up, or with options of dockerd; return when it answers."""
    if not options:
        subprocess.run([sys.executable, "-m", "bootstrap"], cwd=ROOT, check=True)
        return
    with (STATE / "logs" / "dockerd.log").open("ab") as log:
        process = subprocess.Popen(
            ["dockerd", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (STATE / PID_FILE).write_text(str(process.pid))
    _while(lambda: versions(SOCKET) is None, "the engine did not start")


def _while(still: Callable[[], bool], otherwise: str) -> None:
    """Wait as long as something holds; fails with a text when that does not end."""
    deadline = time.monotonic() + MOST_SECONDS
    while still():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def _reaped(pid: int) -> bool:
    """Whether a process has ended and only its entry is left."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
