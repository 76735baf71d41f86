"""Readiness: whether a service can do its work now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Check = Callable[[], Awaitable[object]]
CHECK_SECONDS = 2.0


class Readiness:
    """The checks of a service's dependencies, and whether it is stopping."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.stopping = False

    async def report(self) -> tuple[bool, dict[str, Any]]:
        """Run all checks side by side; return whether all passed, and how each went."""
        if self.stopping:
            return False, {"service": {"status": "stopping", "latency_ms": 0}}
        results = await asyncio.gather(*(_timed(check) for check in self._checks.values()))
        named = dict(zip(self._checks, results, strict=True))
        return all(each["status"] == "healthy" for each in results), named


async def _timed(check: Check) -> dict[str, Any]:
    started = time.perf_counter()
    result: dict[str, Any] = {"status": "healthy"}
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:
        # Any failure of a dependency has the same meaning here; its kind is told.
        result = {"status": "unhealthy", "reason": type(error).__name__}
    return {**result, "latency_ms": round((time.perf_counter() - started) * 1000, 2)}
