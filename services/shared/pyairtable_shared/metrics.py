"""Metrics in Prometheus' text format."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from starlette.responses import Response

# A second series beside each counter, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

REQUESTS = Counter(
    "http_requests_total", "Requests answered.", ["service", "method", "route", "status"]
)
DURATION = Histogram(
    "http_request_duration_seconds",
    "Time to answer.",
    ["service", "method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered.", ["service"])
POOL = Gauge("db_pool_connections", "Connections to PostgreSQL.", ["service", "state"])
POOL_WAITING = Gauge("db_pool_requests_waiting", "Requests that wait for one.", ["service"])
CACHE = Counter("cache_requests_total", "Look-ups in the cache.", ["service", "result"])
CACHE_UP = Gauge("cache_up", "1 when Redis answered the last time, else 0.", ["service"])


def exposition() -> Response:
    """Return all metrics."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
