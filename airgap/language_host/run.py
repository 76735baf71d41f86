"""Starting, watching and stopping the program."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from .python import interpreter

BAIL = 32
GRACE_SECONDS = 5.0


class Running:
    """The processes that run at the moment, so that a cancellation reaches them all."""

    def __init__(self) -> None:
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(self, command: list[str], folder: str, variables: dict[str, str]) -> Any:
        """Start a process that shares our output and is stopped with us."""
        process = subprocess.Popen(command, cwd=folder, env=variables, stdin=subprocess.DEVNULL)
        with self._lock:
            self._processes.add(process)
        return process

    def done(self, process: Any) -> None:
        """Forget a process that has ended."""
        with self._lock:
            self._processes.discard(process)

    def cancel(self) -> None:
        """Interrupt all; who does not end within the grace time is killed."""
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            stop(process)


def stop(process: Any) -> None:
    """Interrupt one process, and kill it after the grace time."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def command(request: Any, engine: str) -> list[str]:
    """Return the command line that runs the program of a Run request."""
    root = Path(request.info.root_directory or request.pwd)
    options = MessageToDict(request.info.options)
    values = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": str(root),
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel) if request.parallel else "",
        "organization": request.organization,
    }
    named = [part for key, value in values.items() if value for part in (f"--{key}", value)]
    entry = request.info.entry_point or request.program or "."
    script = str(Path(__file__).with_name("execute.py"))
    return [interpreter(options, root), "-u", script, *named, entry, *request.args]


def environment(request: Any) -> dict[str, str]:
    """Return our environment and the stack's configuration."""
    ours = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return ours | {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def stream(process: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield stdout and stderr of a process as they come, each piece with its name."""
    selector = selectors.DefaultSelector()
    for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
        if pipe is not None:
            selector.register(pipe, selectors.EVENT_READ, name)
    while selector.get_map():
        for key, _ in selector.select():
            piece = os.read(key.fd, 65536)
            if piece:
                yield key.data, piece
            else:
                selector.unregister(key.fileobj)
