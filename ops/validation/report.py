"""What was looked at and how it went."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. kind: health or smoke. result: passed, failed or skipped."""

    kind: str
    name: str
    result: str
    latency_ms: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one validation."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed; a report without checks did not."""
        return bool(self.checks) and all(check.result == PASSED for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON takes it."""
        return {"passed": self.passed, "checks": [asdict(check) for check in self.checks]}

    def table(self) -> str:
        """Return the report as aligned lines of text."""
        width = max((len(check.name) for check in self.checks), default=0)
        lines = [
            f"{check.kind:<6}  {check.name:<{width}}  {check.result:<7}"
            f"  {check.latency_ms:7.1f} ms  {check.detail}".rstrip()
            for check in self.checks
        ]
        count = sum(check.result == PASSED for check in self.checks)
        return "\n".join([*lines, f"{count} of {len(self.checks)} checks passed"])
