"""When each gate of an update was asked and opened. The program owns one, and hands it round."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from plan.timeline import PhaseSpan, Span, Timeline, phase_span

from .progress import Progress


@dataclass
class Watch:
    """One gate while it is waited for. state: of its container, as `docker inspect` tells it."""

    name: str
    progress: Progress
    state: Mapping[str, Any] = field(default_factory=dict)
    waiting: bool = False

    def sees(self, state: Mapping[str, Any]) -> None:
        """Note how its container stands."""
        self.state = state

    def waits(self) -> None:
        """Show that the first look was not enough."""
        if not self.waiting:
            self.waiting = True
            self.progress.status(self.name, "waiting for healthy")


class Recorder:
    """What gates and phases took. phases: the gates of each, by name. Usable from any thread."""

    def __init__(self, progress: Progress, phases: Mapping[str, tuple[str, ...]]) -> None:
        self.progress = progress
        self.began = time.time()
        self._phases = phases
        self._spans: list[Span] = []
        self._open: dict[str, PhaseSpan] = {}
        self._lock = threading.Lock()

    @contextmanager
    def gate(self, name: str, kind: str) -> Iterator[Watch]:
        """Record a gate from now until the block ends; an exception is a gate that failed."""
        watch, asked, passed = Watch(name, self.progress), time.time(), False
        try:
            yield watch
            passed = True
        finally:
            if watch.waiting:
                took = f"{'healthy' if passed else 'failed'} after {time.time() - asked:.1f} s"
                self.progress.status(name, took)
            self.record(self._span(watch, kind, asked, passed))

    def record(self, span: Span) -> None:
        """Keep a span, and tell of the phase that it completes."""
        with self._lock:
            self._spans.append(span)
            for name, awaited in self._phases.items():
                if name in self._open or span.name not in awaited:
                    continue
                if found := phase_span(name, awaited, self._spans):
                    self._open[name] = found
                    self._tell(found, awaited)

    def timeline(self) -> Timeline:
        """Return what was recorded until now."""
        with self._lock:
            return Timeline(
                began=self.began,
                ended=time.time(),
                phases=tuple(self._open.values()),
                spans=tuple(self._spans),
                awaited=self._phases,
            )

    def _tell(self, phase: PhaseSpan, awaited: tuple[str, ...]) -> None:
        """Tell of a phase that started something; one that found all as it is says nothing."""
        for name in awaited:
            self.progress.status(name, "")
        if any(span.new for span in self._spans if span.name in awaited):
            seconds = phase.end - self.began
            self.progress.step(f"phase {phase.name} open after {seconds:.1f} s")

    def _span(self, watch: Watch, kind: str, asked: float, passed: bool) -> Span:
        """The container's own life says when it began; the gate is asked somewhat later."""
        started, finished = moment(watch.state, "StartedAt"), moment(watch.state, "FinishedAt")
        new = started is not None and started >= self.began
        now = time.time()
        return Span(
            kind=kind,
            name=watch.name,
            begin=min(started, asked) if new and started else asked,
            end=finished if new and finished and kind == "job" else now,
            asked=asked,
            new=new,
            passed=passed,
        )


def moment(state: Mapping[str, Any], key: str) -> float | None:
    """Return a time that the engine tells, in seconds since the epoch; None when it has none."""
    text = str(state.get(key) or "")
    if not text or text.startswith("0001-"):
        return None
    # The engine tells nanoseconds, which Python does not read.
    head, _, tail = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{tail[:6]:0<6}+00:00").timestamp()
