"""Airtable's rate limit: five requests a second per base, then a penalty."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable


class BaseLimits:
    """Counts requests per base over a sliding second; not shared between processes.

    per_second: requests allowed in any second (0: no limit). penalty_seconds:
    how long every request of a base is refused once one was over the limit.
    """

    def __init__(self, per_second: int, penalty_seconds: float, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._penalty = penalty_seconds
        self._clock = clock
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._refused_until: dict[str, float] = {}

    def admit(self, base_id: str) -> bool:
        """Whether a request for this base may pass now; counts it when it may."""
        now = self._clock()
        if not self._per_second:
            return True
        if now < self._refused_until.get(base_id, 0.0):
            return False
        recent = self._recent[base_id]
        while recent and recent[0] <= now - 1.0:
            recent.popleft()
        if len(recent) >= self._per_second:
            self._refused_until[base_id] = now + self._penalty
            return False
        recent.append(now)
        return True
