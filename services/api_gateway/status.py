"""The platform's health matrix."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
from fastapi import APIRouter
from pyairtable_shared.cache import Cache

from .upstreams import Upstream, Upstreams

PROBE_SECONDS = 2.0
FRESH_SECONDS = 2.0
"""A report is given again for so long: asking often must not burden the services."""


class HealthMatrix:
    """Asks every service for its health, side by side."""

    def __init__(self, upstreams: Upstreams, cache: Cache) -> None:
        self._upstreams, self._cache = upstreams, cache
        self._report: dict[str, Any] = {}
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def report(self) -> dict[str, Any]:
        """`status` and, for each service and for Redis, status and latency_ms."""
        async with self._lock:
            if time.monotonic() >= self._until:
                self._report = await self._ask()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._report

    async def _ask(self) -> dict[str, Any]:
        services = self._upstreams.all()
        probes = [self._service(each) for each in services]
        *answers, redis = await asyncio.gather(*probes, _timed(self._cache.check()))
        results = dict(zip((each.name for each in services), answers, strict=True))
        statuses = {each["status"] for each in [*answers, redis]} - {"not_deployed"}
        status = "healthy" if statuses == {"healthy"} else "degraded"
        return {"status": status, "services": results, "stores": {"redis": redis}}

    async def _service(self, upstream: Upstream) -> dict[str, Any]:
        if upstream.url is None:
            return {"status": "not_deployed"}
        return await _timed(self._health(upstream.url))

    async def _health(self, url: str) -> None:
        timeout = aiohttp.ClientTimeout(total=PROBE_SECONDS)
        async with self._upstreams.session.get(f"{url}/health", timeout=timeout) as response:
            response.raise_for_status()


async def _timed(probe: Any) -> dict[str, Any]:
    started = time.perf_counter()
    result: dict[str, Any] = {"status": "healthy"}
    try:
        await asyncio.wait_for(probe, PROBE_SECONDS)
    except Exception as error:
        # Whatever goes wrong means the same here; its kind is told.
        result = {"status": "unhealthy", "reason": type(error).__name__}
    return {**result, "latency_ms": round((time.perf_counter() - started) * 1000, 2)}


def status_router(matrix: HealthMatrix) -> APIRouter:
    """The route of the health matrix."""
    router = APIRouter(tags=["operation"])

    @router.get("/api/v1/status")
    async def status() -> dict[str, Any]:
        """Say how every service of the platform is."""
        return await matrix.report()

    return router
