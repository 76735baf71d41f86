"""The processes that the language host has started, and their end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from airgap.starter import starter

GRACE_SECONDS = 5.0
# Nobody waits for a program whose engine is gone.
ORPHAN_GRACE_SECONDS = 2.0
POLL_SECONDS = 0.5

Process = subprocess.Popen[bytes]


class Processes:
    """Running programs and plugins; none outlives its call, the host, or the engine."""

    def __init__(self) -> None:
        self._running: set[Process] = set()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def started(self, command: Sequence[str], context: Any, **options: Any) -> Any:
        """Start a command for a gRPC call and give the process; it is stopped with the call.

        options: of subprocess.Popen. Raises OSError when it cannot be started.
        """
        # Started within the lock: a cancel at the same time would otherwise not see it.
        with self._lock:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
            self._running.add(process)
            self._watch_engine()
        try:
            if not context.add_callback(lambda: interrupt(process, GRACE_SECONDS)):
                interrupt(process, GRACE_SECONDS)
            yield process
        finally:
            process.wait()
            with self._lock:
                self._running.discard(process)

    def cancel(self, grace: float = GRACE_SECONDS) -> None:
        """Interrupt all; what has not ended after so many seconds is killed."""
        with self._lock:
            running = list(self._running)
        for process in running:
            interrupt(process, grace)

    def _watch_engine(self) -> None:
        if self._watcher is None:
            self._watcher = threading.Thread(
                target=when_orphaned, args=(lambda: self.cancel(ORPHAN_GRACE_SECONDS),), daemon=True
            )
            self._watcher.start()


def when_orphaned(then: Callable[[], None]) -> None:
    """Wait until the process that started this one is gone, then call."""
    parent = starter()
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(POLL_SECONDS)
    then()


def interrupt(process: Process, grace: float) -> None:
    """Send SIGINT at once, and SIGKILL after grace seconds; do not wait."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    timer = threading.Timer(grace, process.kill)
    timer.daemon = True
    timer.start()


def ending(code: int) -> str:
    """Return how a program ended, for the user; code is negative for a signal."""
    if code >= 0:
        return f"program exited with non-zero exit code: {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"program was ended by {name}"
