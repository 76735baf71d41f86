"""What the router counted of a slot, and what follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.router_config import BUCKETS_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Counted since the router started, or over a window.

    requests: answers and broken connections. errors: 5xx answers and broken connections.
    buckets: answers by time, one more than BUCKETS_MS, the last for all that took longer.
    """

    requests: int
    errors: int
    buckets: tuple[int, ...]

    def since(self, before: Counters) -> Counters:
        """Return what was counted after before; all of it when the router began anew."""
        if before.requests > self.requests:
            return self
        return Counters(
            requests=self.requests - before.requests,
            errors=max(0, self.errors - before.errors),
            buckets=tuple(
                max(0, now - then) for now, then in zip(self.buckets, before.buckets, strict=True)
            ),
        )

    @property
    def error_rate(self) -> float:
        """Share of requests that failed, 0 without any."""
        return self.errors / self.requests if self.requests else 0.0

    @property
    def p99_ms(self) -> float | None:
        """Upper bound of the 99th percentile of the answering time; None without answers.

        Infinite when it is beyond the last bucket.
        """
        total = sum(self.buckets)
        if not total:
            return None
        seen = 0
        for bound, count in zip((*BUCKETS_MS, float("inf")), self.buckets, strict=True):
            seen += count
            if seen >= 0.99 * total:
                return float(bound)
        raise AssertionError("the buckets hold fewer than their sum")


NONE = Counters(requests=0, errors=0, buckets=(0,) * (len(BUCKETS_MS) + 1))


def counters(slot: Mapping[str, Any]) -> Counters:
    """Return the counters of a slot as the router's `traffic` tells them."""
    buckets = tuple(slot["buckets"][: len(NONE.buckets)]) or NONE.buckets
    return Counters(requests=slot["requests"], errors=slot["errors"], buckets=buckets)
