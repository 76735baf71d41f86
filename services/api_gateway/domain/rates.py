"""The arithmetic of the rate limit.

Two rules hold at once: a bucket of `burst` tokens that refills with
`sustained` tokens a minute, and at most `burst` requests in any minute. So a
quiet client may send `burst` requests at once, never more in a minute, and
`sustained` a minute in the long run. The bucket is kept as the time at which
it will be full again (GCRA); the minute is counted in a current and a
previous window, the latter weighted by how much of it is still within 60 s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

WINDOW = 60.0
"""Seconds over which both limits are stated."""


@dataclass(frozen=True, slots=True)
class Limits:
    """sustained, burst: requests a minute. burst is at least sustained."""

    sustained: int
    burst: int

    def __post_init__(self) -> None:
        if not 1 <= self.sustained <= self.burst:
            raise ValueError(
                f"DEFAULT_RATE_LIMIT ({self.sustained}) must be at least 1 and at most "
                f"BURST_RATE_LIMIT ({self.burst}); correct one of them."
            )

    @property
    def interval(self) -> float:
        """Seconds in which one token comes back."""
        return WINDOW / self.sustained


@dataclass(frozen=True, slots=True)
class Decision:
    """What the store says of one request.

    until_full: seconds until the bucket is full again. in_window: requests of
    the last minute, this one included when it is allowed. until_room: seconds
    until the minute has room for one more, 0 when it has.
    """

    allowed: bool
    until_full: float
    in_window: float
    until_room: float = 0.0

    def remaining(self, limits: Limits) -> int:
        """Requests that may be sent at once now."""
        tokens = limits.burst - self.until_full / limits.interval
        return max(math.floor(min(tokens, limits.burst - self.in_window) + 1e-6), 0)

    def retry_after(self, limits: Limits) -> int:
        """Whole seconds, at least 1, after which one request will be allowed."""
        until_token = self.until_full - (limits.burst - 1) * limits.interval
        return max(math.ceil(max(until_token, self.until_room) - 1e-6), 1)

    def headers(self, limits: Limits) -> list[tuple[bytes, bytes]]:
        """`X-RateLimit-*`, and `Retry-After` when refused; Reset is in seconds from now."""
        shown = [
            (b"x-ratelimit-limit", str(limits.sustained).encode()),
            (b"x-ratelimit-remaining", str(self.remaining(limits)).encode()),
            (b"x-ratelimit-reset", str(math.ceil(self.until_full)).encode()),
        ]
        if not self.allowed:
            shown.append((b"retry-after", str(self.retry_after(limits)).encode()))
        return shown
