"""One shift of traffic: step by step, watched, and back when the new version is bad."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from catalog import SERVICES
from plan.change import Change, Move
from plan.promotion import POLL_SECONDS
from settings import ReleaseSettings

from ..progress import Progress
from ..traffic import Router
from .counters import Counters, counters
from .guard import breach
from .sample import Sample, sample, step_line

# The program is killed some seconds after it was interrupted.
INTERRUPT_SECONDS = 3.0
# How long a slot may take until the answers to its probes are counted.
PROBED_SECONDS = 3.0


class Aborted(Exception):
    """The shift went back; the message says why."""


@dataclass(kw_only=True)
class Shift:
    """Moves the traffic of all changed services together.

    samples: what was seen at each look, for the report.
    """

    router: Router
    change: Change
    settings: ReleaseSettings
    progress: Progress
    samples: list[Sample] = field(default_factory=list)
    _began: float = 0.0
    _first: dict[tuple[str, str], Counters] = field(default_factory=dict)
    _step: dict[tuple[str, str], Counters] = field(default_factory=dict)
    _held: bool = False
    _interrupted: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self, steps: tuple[int, ...]) -> None:
        """Go through the steps, each watched for its time.

        Raises Aborted, all traffic back where it was, when a new version is bad, somebody
        aborts the shift or the program is ending; Stopped when the router is away.
        """
        self._began = time.monotonic()
        self._first = self._look()[0]
        try:
            for percent in steps:
                last = percent == steps[-1]
                self._move(percent)
                self._watch(percent, self._seconds(last))
        except BaseException:
            self.router.point(self.change.back)
            raise
        finally:
            for move in self.change.moves:
                self.progress.status(move.service, "")
            self._ended.set()

    def interrupt(self) -> None:
        """Let the shift go back, from another thread; return when it has, or could not in time."""
        self._interrupted.set()
        self._ended.wait(INTERRUPT_SECONDS)

    def _seconds(self, last: bool) -> float:
        return self.settings.guard_seconds if last else self.settings.pause_seconds

    def _move(self, percent: int) -> None:
        moves = self.change.moves
        self.router.set({m.service: {m.new: percent, m.old: 100 - percent} for m in moves})
        self._step = self._look()[0]

    def _watch(self, percent: int, seconds: float) -> None:
        left, since = seconds, time.monotonic()
        while True:
            began = time.monotonic()
            wish = self._judge(percent)
            if wish == "abort":
                raise Aborted("It was aborted by platformctl.")
            if self._interrupted.is_set():
                raise Aborted("The update was interrupted.")
            self._tell_hold(wish == "pause")
            if left <= 0 and not self._held:
                break
            self._interrupted.wait(POLL_SECONDS if self._held else min(POLL_SECONDS, left))
            if not self._held:
                left -= time.monotonic() - began
        for move in self.change.moves:
            self._probe(move, percent)
        new = self.samples[-2 * len(self.change.moves) :][1::2]
        self.progress.step(step_line(percent, time.monotonic() - since, new))

    def _tell_hold(self, wanted: bool) -> None:
        if wanted != self._held:
            self._held = wanted
            self.progress.step(
                "paused; `platformctl resume` goes on, `platformctl abort` goes back"
                if wanted
                else "going on"
            )

    def _judge(self, percent: int) -> str | None:
        """Raise Aborted when a new version is bad; return what somebody wants of the shift."""
        now, wish = self._look()
        for move in self.change.moves:
            self._note(percent, move, now)
            new = now[move.service, move.new].since(self._step[move.service, move.new])
            old = now[move.service, move.old].since(self._first[move.service, move.old])
            if reason := breach(new, old, self.settings):
                raise Aborted(f"The new version of {move.service} is bad: {reason}.")
        return wish

    def _note(self, percent: int, move: Move, now: dict[tuple[str, str], Counters]) -> None:
        for slot in (move.old, move.new):
            key, seconds = (move.service, slot), time.monotonic() - self._began
            step, all_of_it = now[key].since(self._step[key]), now[key].since(self._first[key])
            self.samples.append(sample(seconds, percent, key, step, all_of_it))
        shown = f"{move.new} {percent} % · {self.samples[-1].text()}"
        self.progress.status(move.service, shown)

    def _probe(self, move: Move, percent: int) -> None:
        """Send requests of our own to a slot that had too few to be judged by."""
        missing = self._missing(move, self._look()[0])
        if missing <= 0:
            return
        service = SERVICES[move.service]
        url = f"http://{service.name}:{service.port}{service.ready_path}"
        self.router.probe(move.service, move.new, url, missing)
        deadline = time.monotonic() + PROBED_SECONDS
        while (missing := self._missing(move, self._look()[0])) > 0:
            if time.monotonic() > deadline:
                raise Aborted(
                    f"The new version of {move.service} is bad: {missing} of "
                    f"{self.settings.min_requests} requests were not answered."
                )
            time.sleep(POLL_SECONDS / 5)
        self._judge(percent)

    def _missing(self, move: Move, now: dict[tuple[str, str], Counters]) -> int:
        key = move.service, move.new
        return self.settings.min_requests - now[key].since(self._step[key]).requests

    def _look(self) -> tuple[dict[tuple[str, str], Counters], str | None]:
        seen = self.router.look()
        found = {
            (move.service, slot): counters(seen["services"][move.service][slot])
            for move in self.change.moves
            for slot in (move.old, move.new)
        }
        return found, seen["wish"]
