"""What an update saw of the running platform while it released."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from plan.timeline import Span

from ..shift.sample import Sample
from ..validation import Report


@dataclass(kw_only=True)
class Observed:
    """Filled as the update goes on; what it did not come to stays empty.

    tested: the new versions, before they had traffic. validated: everything, at the end.
    samples: of the traffic that moved.
    """

    tested: Report | None = None
    validated: Report | None = None
    samples: list[Sample] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @contextmanager
    def span(self, kind: str) -> Iterator[None]:
        """Record how long the block takes, and whether it came to its end."""
        begin, passed = time.time(), False
        try:
            yield
            passed = True
        finally:
            end = time.time()
            self.spans.append(
                Span(kind=kind, name=kind, begin=begin, end=end, new=True, passed=passed)
            )
