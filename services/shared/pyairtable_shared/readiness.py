"""Readiness: whether a service can do its work now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel

Check = Callable[[], Awaitable[object]]
# Shorter than the router's patience with a check.
CHECK_SECONDS = 1.5
# The router asks each slot twice a second. Asking the stores as often took 0.18 of a core on an
# idle platform; that all is well is therefore told again for this long.
WELL_SECONDS = 2.0


class CheckResult(BaseModel):
    """How a dependency is. reason: the kind of its failure, when it is unhealthy."""

    status: Literal["healthy", "unhealthy"]
    latency_ms: float
    reason: str | None = None


class ReadinessReport(BaseModel):
    """How a service and each of its dependencies are."""

    status: Literal["ready", "degraded", "not_ready", "stopping"]
    service: str
    checks: dict[str, CheckResult]


class Readiness:
    """How a service's dependencies are, and whether it is stopping.

    needed: without one of these it can do nothing. useful: without these it does less.
    """

    def __init__(self, needed: Mapping[str, Check], useful: Mapping[str, Check]) -> None:
        self._needed, self._useful = needed, useful
        self.stopping = False
        self._well: dict[str, Any] = {}
        self._well_until = 0.0

    async def report(self) -> tuple[str, dict[str, Any]]:
        """Run all checks side by side; return the status and how each check went.

        Checks that were all well are not run again for WELL_SECONDS. The status is ready,
        degraded (something useful is away), not_ready or stopping.
        """
        if self.stopping:
            return "stopping", {}
        if time.monotonic() < self._well_until:
            return "ready", self._well
        checks = {**self._useful, **self._needed}
        results = await asyncio.gather(*(_timed(check) for check in checks.values()))
        named = dict(zip(checks, results, strict=True))
        away = {name for name, result in named.items() if result["status"] != "healthy"}
        if away & self._needed.keys():
            return "not_ready", named
        if away:
            return "degraded", named
        self._well, self._well_until = named, time.monotonic() + WELL_SECONDS
        return "ready", named


async def _timed(check: Check) -> dict[str, Any]:
    started = time.perf_counter()
    result: dict[str, Any] = {"status": "healthy"}
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:
        # Any failure of a dependency has the same meaning here; its kind is told.
        result = {"status": "unhealthy", "reason": type(error).__name__}
    return {**result, "latency_ms": round((time.perf_counter() - started) * 1000, 2)}
