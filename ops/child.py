"""Running a program so that an interruption by the user ends it in order, and always ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from .yielding import yield_session, yielding

# After the first interruption the program may finish the steps that run, this long in all.
PATIENCE_SECONDS = 180.0
# After the second one it has this long to stop at once.
ABRUPT_SECONDS = 20.0
_TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    interrupted: bool


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    terminal: bool,
    stdout: int | None = None,
    nice: int = 0,
    patience_seconds: float = PATIENCE_SECONDS,
    abrupt_seconds: float = ABRUPT_SECONDS,
) -> Ended:
    """Run a program to its end, and pass interruptions on to it.

    terminal: the program shares the user's terminal, which itself sends it Ctrl-C; else it is
    in a session of its own, gets the first two interruptions as SIGINT, and the third kills
    it with all that it started. One interruption, with patience_seconds and then
    abrupt_seconds passed, counts as the next one. nice: how far it gives way to what serves.
    """
    process = subprocess.Popen(
        yielding(command, nice),
        cwd=cwd,
        env=dict(env),
        stdin=None if terminal else subprocess.DEVNULL,
        stdout=stdout,
        start_new_session=not terminal,
    )
    if nice and not terminal:
        yield_session(process.pid, nice)
    user = _User(process, terminal, patience_seconds, abrupt_seconds)
    with user.listening():
        while True:
            try:
                code = process.wait(_TICK_SECONDS)
            except subprocess.TimeoutExpired:
                user.lose_patience()
            else:
                return Ended(code, user.interruptions > 0)


@dataclass
class _User:
    process: subprocess.Popen[bytes]
    terminal: bool
    patience_seconds: float
    abrupt_seconds: float
    interruptions: int = 0
    last: float = field(default_factory=time.monotonic)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals over; without a main thread nobody can send any."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._signalled) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        self._interrupt(already_sent=self.terminal and number == signal.SIGINT)

    def lose_patience(self) -> None:
        waited = time.monotonic() - self.last
        limit = self.patience_seconds if self.interruptions == 1 else self.abrupt_seconds
        if self.interruptions and waited > limit:
            self._interrupt(already_sent=False)

    def _interrupt(self, *, already_sent: bool) -> None:
        self.interruptions += 1
        self.last = time.monotonic()
        if self.interruptions > 2:
            self._send(signal.SIGKILL)
        elif not already_sent:
            self._send(signal.SIGINT)

    def _send(self, number: signal.Signals) -> None:
        try:
            if number == signal.SIGKILL and not self.terminal:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        except ProcessLookupError:
            return
