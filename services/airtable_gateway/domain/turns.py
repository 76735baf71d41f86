"""When a request to Airtable may be sent, so that no second holds more than the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 0.2
"""Seconds added to each second: requests take unequal time on their way to Airtable,
where one too many costs half a minute."""


@dataclass(frozen=True, slots=True)
class Pace:
    """limit: requests in any second. longest_wait: seconds that one may be put off."""

    limit: int
    longest_wait: float

    @property
    def window(self) -> float:
        """Seconds that any `limit` + 1 requests are apart."""
        return 1.0 + MARGIN


def next_turn(taken: Sequence[float], blocked_until: float, now: float, pace: Pace) -> float:
    """The time of the next request. taken: times given before, newest first; all in seconds."""
    newest = taken[0] if taken else 0.0
    full = taken[pace.limit - 1] + pace.window if len(taken) >= pace.limit else 0.0
    return max(now, newest, full, blocked_until)


class Exhausted(Exception):
    """The next turn is further away than anyone may wait. seconds: how far."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"next turn in {seconds:.1f} s")
        self.seconds = seconds

    @property
    def retry_after(self) -> int:
        """Whole seconds after which to ask again."""
        return max(math.ceil(self.seconds), 1)
