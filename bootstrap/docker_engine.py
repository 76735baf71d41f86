"""Step: a Docker Engine that answers."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from .docker_address import SOCKET, ContextError, address
from .packages import apt_install, is_debian
from .setup import EXIT_NO_ENGINE, Setup, SetupError, is_root

OLDEST_API = (1, 41)
START_SECONDS = 60.0
POLL_SECONDS = 0.25
PID_FILE = "dockerd.pid"
_LEFT_BEHIND = ("/var/run/docker.pid", "/var/run/docker/containerd/containerd.pid")


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(5)
        self.sock.connect(self._path)


def ensure(setup: Setup) -> str:
    """Find an engine, or where we may install and start one.

    Raises SetupError with EXIT_NO_ENGINE when none can be had.
    """
    try:
        host = address(os.environ)
    except ContextError as error:
        raise SetupError(str(error)) from error
    if not host.startswith("unix://"):
        return f"left to DOCKER_HOST or the Docker context, {host}"
    path = host.removeprefix("unix://")
    found = versions(path)
    if found:
        return _checked(found, "found")
    if Path(path).exists() and not os.access(path, os.R_OK | os.W_OK):
        raise SetupError(
            f"A Docker Engine is at {path}, and this user may not use it. Add the user to the "
            "group docker (`sudo usermod --append --groups docker $USER`), sign in anew, and run "
            "the same command again.",
            EXIT_NO_ENGINE,
        )
    if path != SOCKET or not is_root():
        raise SetupError(_advice(path), EXIT_NO_ENGINE)
    way = _install()
    _start(setup)
    found = _waited(path)
    if found is None:
        raise SetupError(
            f"The Docker Engine was started and did not answer within {START_SECONDS:.0f} s. "
            f"Its messages are in {_log(setup)}.",
            EXIT_NO_ENGINE,
        )
    return _checked(found, way)


def versions(path: str) -> dict[str, str] | None:
    """Return what the engine at a socket says of its versions, None when none answers."""
    connection = _UnixConnection(path)
    try:
        connection.request("GET", "/version")
        answer = connection.getresponse()
        found: dict[str, str] = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return found


def _checked(found: dict[str, str], way: str) -> str:
    api = tuple(int(part) for part in found["ApiVersion"].split("."))
    if api < OLDEST_API:
        raise SetupError(
            f"The Docker Engine {found['Version']} speaks API {found['ApiVersion']}, and "
            f"{OLDEST_API[0]}.{OLDEST_API[1]} is needed. Install Docker 20.10 or newer.",
            EXIT_NO_ENGINE,
        )
    return f"{way} {found['Version']}, API {found['ApiVersion']}"


def _advice(path: str) -> str:
    if path != SOCKET:
        return (
            f"No Docker Engine answers at {path}, which DOCKER_HOST or the Docker context names. "
            "Start it, or use this machine's own (`unset DOCKER_HOST`, `docker context use "
            "default`), and run the same command again. `make preview` works without an engine."
        )
    return (
        f"No Docker Engine answers at {path}, and this user may not install one. Install Docker "
        "20.10 or newer (on Debian and Ubuntu as root: apt-get install docker.io), start it, add "
        "the user to the group docker, and run the same command again. `make preview` works "
        "without an engine."
    )


def _install() -> str:
    if shutil.which("dockerd"):
        return "started"
    if not is_debian():
        raise SetupError(_advice(SOCKET), EXIT_NO_ENGINE)
    apt_install("docker.io", "containerd", "runc", "iptables")
    return "installed Debian's package and started"


def _start(setup: Setup) -> None:
    """By systemd where it runs; else by hand, apart from us, so that it outlives us."""
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "start", "docker"], capture_output=True, check=False)
        return
    for left in _LEFT_BEHIND:
        _forget(Path(left))
    log = _log(setup)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["dockerd"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
        )
    (setup.state / PID_FILE).write_text(str(process.pid))


def started_here(state: Path) -> int | None:
    """Return the process id of an engine that set-up started and that still runs."""
    try:
        pid = int((state / PID_FILE).read_text())
        running = Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"dockerd")
    except (OSError, ValueError):
        return None
    return pid if running else None


def _forget(pid_file: Path) -> None:
    """Remove a pid file of an earlier life, whose number may be another process's now."""
    try:
        number = pid_file.read_text().strip()
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        command = b""
    if b"docker" not in command and b"containerd" not in command:
        pid_file.unlink(missing_ok=True)


def _waited(path: str) -> dict[str, str] | None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if found := versions(path):
            return found
        time.sleep(POLL_SECONDS)
    return None


def _log(setup: Setup) -> Path:
    return setup.state / "logs" / "dockerd.log"
