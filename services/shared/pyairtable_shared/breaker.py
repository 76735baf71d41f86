"""A circuit breaker: stops asking an upstream that keeps failing."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class State(Enum):
    """What a breaker does with a request: the value is what the metric shows."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Opens after consecutive failures, lets one request try again after a pause.

    failures: how many in a row open it. pause: seconds that it stays open. A
    trial that succeeds closes it, one that fails opens it for another pause;
    a trial that never reports is given up after a pause.
    """

    def __init__(self, failures: int, pause: float, clock: Callable[[], float]) -> None:
        self._threshold = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._retry_at: float | None = None
        self._on_trial = False

    @property
    def state(self) -> State:
        """Its state now."""
        if self._retry_at is None:
            return State.CLOSED
        return State.HALF_OPEN if self._on_trial else State.OPEN

    def allow(self) -> bool:
        """Whether a request may go to the upstream now."""
        if self._retry_at is None:
            return True
        if self._clock() < self._retry_at:
            return False
        self._on_trial = True
        self._retry_at = self._clock() + self._pause
        return True

    def retry_after(self) -> float:
        """Seconds until the next request may be tried, 0 when closed."""
        return 0.0 if self._retry_at is None else max(self._retry_at - self._clock(), 0.0)

    def succeeded(self) -> None:
        """An answer came: closed again."""
        self._failures = 0
        self._retry_at = None
        self._on_trial = False

    def abandoned(self) -> None:
        """The request was given up from outside: a trial may be tried again at once."""
        if self._on_trial:
            self._on_trial = False
            self._retry_at = self._clock()

    def failed(self) -> None:
        """No answer came, or the router said that nobody is there."""
        self._failures += 1
        if self._on_trial or self._failures >= self._threshold:
            self._retry_at = self._clock() + self._pause
            self._on_trial = False
