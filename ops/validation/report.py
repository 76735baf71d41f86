"""What was looked at and how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
HEADERS = ("kind", "check", "target", "result", "latency", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check.

    kind: health or smoke. name: what was asked. target: container or URL path that was asked.
    result: passed, failed or skipped. latency_ms: of the answer, None when nothing was asked.
    """

    kind: str
    name: str
    target: str
    result: str
    latency_ms: float | None = None
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.result == PASSED

    def as_dict(self) -> dict[str, Any]:
        """Return the check as JSON takes it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "target": self.target,
            "passed": self.passed,
            "result": self.result,
            "latency_ms": self.latency_ms,
            "detail": self.detail,
        }

    def row(self) -> tuple[str, ...]:
        """Return the check as cells under HEADERS."""
        latency = "" if self.latency_ms is None else f"{self.latency_ms:.1f} ms"
        return self.kind, self.name, self.target, self.result, latency, self.detail


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one validation."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed; a report without checks did not."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON takes it."""
        return {"passed": self.passed, "checks": [check.as_dict() for check in self.checks]}

    def summary(self) -> str:
        """Return the result in one line."""
        count = sum(check.passed for check in self.checks)
        return f"{count} of {len(self.checks)} checks passed"

    def table(self) -> str:
        """Return the report as aligned lines of text."""
        rows = [HEADERS, *(check.row() for check in self.checks)]
        return "\n".join([*_aligned(rows), self.summary()])


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADERS))]
    latency = HEADERS.index("latency")
    for row in rows:
        cells = (
            cell.rjust(width) if column == latency else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
