"""The services behind the gateway: where they are, and whether asking them makes sense."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Self

import aiohttp
from prometheus_client import Counter, Gauge
from pyairtable_shared.breaker import Breaker
from pyairtable_shared.errors import ApiError

from .domain.routes import SERVICES
from .names import LastKnown
from .settings import Settings

OUTCOMES = Counter(
    "gateway_upstream_requests_total", "Requests passed on.", ["upstream", "outcome"]
)
BREAKERS = Gauge("gateway_breaker_state", "0 closed, 1 trying again, 2 open.", ["upstream"])
MOST_CONNECTIONS = 256
CONNECT_SECONDS = 2.0
IDLE_SECONDS = 300.0
KEEP_ALIVE_SECONDS = 15.0
NAMES_SECONDS = 2


class Upstream:
    """One service. url: `http://host:port`, None when this stack has no such service."""

    def __init__(self, name: str, url: str | None, breaker: Breaker) -> None:
        self.name, self.url, self._breaker = name, url, breaker
        self._gauge = BREAKERS.labels(name)
        self._answered = OUTCOMES.labels(name, "answered")
        self._failed = OUTCOMES.labels(name, "failed")
        self._refused = OUTCOMES.labels(name, "refused")

    def enter(self) -> str:
        """Its URL, if it may be asked now. Raises ApiError 503."""
        if self.url is None:
            raise not_deployed(self.name)
        if not self._breaker.allow():
            self._refused.inc()
            raise unavailable(self.name, self._breaker.retry_after())
        return self.url

    def succeeded(self) -> None:
        """It answered."""
        self._breaker.succeeded()
        self._answered.inc()
        self._gauge.set(self._breaker.state.value)

    def abandoned(self) -> None:
        """The client gave up; that says nothing about the service."""
        self._breaker.abandoned()

    def failed(self) -> None:
        """It did not answer."""
        self._breaker.failed()
        self._failed.inc()
        self._gauge.set(self._breaker.state.value)


def not_deployed(name: str) -> ApiError:
    """The error for a service that this stack does not have."""
    return ApiError(503, "service_not_deployed", f"{name} is not part of this deployment.")


def unavailable(name: str, seconds: float = 1.0) -> ApiError:
    """The error for a service that does not answer."""
    after = str(max(round(seconds), 1))
    message = f"{name} cannot be reached at the moment. Try again in {after} s."
    return ApiError(503, "upstream_unavailable", message, {"Retry-After": after})


def late(name: str) -> ApiError:
    """The error for a service that does not answer in time."""
    return ApiError(504, "upstream_timeout", f"{name} did not answer in time. Try again.")


def broken(name: str) -> ApiError:
    """The error for a service whose answer breaks off."""
    return ApiError(502, "upstream_failed", f"The answer of {name} broke off. Try again.")


class Upstreams:
    """All services, and the pool of connections to them."""

    def __init__(self, settings: Settings) -> None:
        self._services = {
            name: Upstream(
                name,
                settings.url_of(name),
                Breaker(settings.breaker_failures, settings.breaker_pause, time.monotonic),
            )
            for name in SERVICES
        }
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=MOST_CONNECTIONS,
                keepalive_timeout=KEEP_ALIVE_SECONDS,
                resolver=LastKnown(),
                ttl_dns_cache=NAMES_SECONDS,
            ),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=IDLE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            # Headers of services may be long (cookies, links) but not endless.
            max_line_size=16384,
            max_field_size=16384,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool. Raises RuntimeError before the start."""
        if self._session is None:
            raise RuntimeError("the gateway has not started")
        return self._session

    def __getitem__(self, name: str) -> Upstream:
        return self._services[name]

    def all(self) -> tuple[Upstream, ...]:
        """All services, by name."""
        return tuple(self._services.values())
