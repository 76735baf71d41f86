"""Ends jobs that take too long: whoever waits for a job's end would wait for ever."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from docker.errors import APIError, DockerException, NotFound

from plan.names import of_stack

from . import engine

POLL_SECONDS = 2.0


@dataclass
class Overdue:
    """Watches the containers of a stack's jobs, by name, and kills what runs too long.

    seconds: how long a job may run, counted from when it is first seen running; another
    host's clock does not matter. address: of the Docker Engine.
    """

    stack: str
    address: str
    seconds: int
    _watched: set[str] = field(default_factory=set)
    _ended: set[str] = field(default_factory=set)
    _seen: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def watch(self, name: str) -> None:
        """Watch the container of that name until `done`."""
        with self._lock:
            self._watched.add(name)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()

    def done(self, name: str) -> bool:
        """Watch it no more; return whether it was ended because it took too long."""
        with self._lock:
            self._watched.discard(name)
            return name in self._ended

    def look(self) -> None:
        """Kill every watched container that has run too long."""
        with self._lock:
            watched = set(self._watched)
        if not watched:
            return
        wanted = of_stack(self.stack) | {"status": "running"}
        running = engine.client(self.address).containers.list(filters=wanted, sparse=True)
        for container in running:
            name = container.attrs["Names"][0].lstrip("/")
            since = self._seen.setdefault(str(container.id), time.monotonic())
            if name not in watched or time.monotonic() - since < self.seconds:
                continue
            with self._lock:
                self._ended.add(name)
            try:
                container.kill()
            except (NotFound, APIError):
                # It has just ended by itself; the next look sees it where that is not so.
                continue

    def _watch(self) -> None:
        while True:
            time.sleep(POLL_SECONDS)
            try:
                self.look()
            except (DockerException, OSError, engine.EngineError):
                # An engine that is away for a moment; who asks it for the job's result says so.
                continue
