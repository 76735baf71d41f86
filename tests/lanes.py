"""Commands whose output is kept in a file: one lane live, another beside it.

The output goes to the file itself and not through a pipe: what a test leaves running may hold a
pipe open for ever.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

POLL_SECONDS = 0.2
NICE = ("nice", "-n", "10")
# Names the file that is there as long as the lane beside runs: tests that measure wait for its end.
BESIDE = "PYAIRTABLE_TESTS_BESIDE"


def live(command: Sequence[str], log: Path, folder: Path) -> int:
    """Run a command, show its output as it comes and keep it in log; return its exit code."""
    with log.open("wb") as written, log.open("rb") as read:
        process = subprocess.Popen(command, cwd=folder, stdout=written, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                time.sleep(POLL_SECONDS)
                _show(read.read())
        finally:
            _end(process)
            _show(read.read())
    return process.returncode


class Beside:
    """A lane that runs niced in a thread; each output is shown when its command has ended.

    mark: a file that is there as long as it runs.
    """

    def __init__(self, folder: Path, mark: Path) -> None:
        self._folder, self._mark = folder, mark
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def start(self, work: Callable[[], None]) -> None:
        """Begin; work calls `run` for one command after the other."""

        def watched() -> None:
            try:
                work()
            except BaseException as error:
                self._error = error
            finally:
                self._mark.unlink(missing_ok=True)

        self._mark.touch()
        self._thread = threading.Thread(target=watched, daemon=True)
        self._thread.start()

    def run(self, command: Sequence[str], log: Path) -> int:
        """Run a command niced, keep its output in log, show it at the end; return its code."""
        with self._guard:
            if self._stopped:
                return 1
            with log.open("wb") as written:
                self._process = subprocess.Popen(
                    [*NICE, *command], cwd=self._folder, stdout=written, stderr=subprocess.STDOUT
                )
        code = self._process.wait()
        _show(log.read_bytes())
        return code

    def wait(self) -> None:
        """Wait until the lane is done; raises what its work raised."""
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the command that runs and begin no other."""
        with self._guard:
            self._stopped = True
        if self._process is not None:
            _end(self._process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Ctrl-C reached it too: it tidies up by itself.
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()


def _show(output: bytes) -> None:
    sys.stdout.buffer.write(output)
    sys.stdout.flush()
