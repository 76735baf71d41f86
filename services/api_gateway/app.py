"""The gateway's application, put together."""

from __future__ import annotations

from fastapi import FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.usage import UsageLog
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from .admission import Door
from .documentation import Documentation, documentation_router
from .gateway import Gateway
from .settings import Settings
from .status import HealthMatrix, status_router
from .upstreams import Upstreams

SERVICE = "api-gateway"
NOTED_SECONDS = 1.0
"""How long use waits here before it is passed on, which a request does not wait for."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED_HEADERS = (
    "Authorization",
    "Content-Type",
    "If-None-Match",
    "Last-Event-ID",
    "Mcp-Protocol-Version",
    "Mcp-Session-Id",
    "X-Request-ID",
)
SHOWN_HEADERS = (
    "ETag",
    "Mcp-Session-Id",
    "Retry-After",
    "X-Cache",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
)


def build(settings: Settings) -> FastAPI:
    """The application for these settings."""
    cache = Cache(SERVICE, settings)
    upstreams = Upstreams(settings)
    usage = UsageLog(cache)
    app = create_app(
        SERVICE,
        settings,
        routers=[
            status_router(HealthMatrix(upstreams, cache)),
            documentation_router(Documentation(upstreams, settings.service_version)),
        ],
        useful={"redis": cache.check},
        resources=[
            cache,
            upstreams,
            Repeating("usage", NOTED_SECONDS, usage.flush, once_more=True),
        ],
    )
    door = Door(cache, settings)
    # Inside the shared observation, so that what is passed on is counted and logged too.
    app.user_middleware += [
        _cors(settings),
        Middleware(Gateway, settings=settings, upstreams=upstreams, door=door, usage=usage),
    ]
    return app


def _cors(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_credentials="*" not in settings.cors_origins,
        allow_methods=METHODS,
        allow_headers=ASKED_HEADERS,
        expose_headers=SHOWN_HEADERS,
        max_age=600,
    )
