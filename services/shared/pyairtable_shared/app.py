"""A service's application: health, readiness, metrics, errors and logs, and its own routes."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.responses import Response

from . import errors, logs, metrics
from .middleware import Observed
from .readiness import Check, Readiness
from .settings import ServiceSettings

GRACE_SECONDS = 30


def create_app(
    service: str,
    settings: ServiceSettings,
    *,
    routers: Sequence[APIRouter] = (),
    checks: Mapping[str, Check] | None = None,
    resources: Sequence[AbstractAsyncContextManager[object]] = (),
) -> FastAPI:
    """Return the application of a service.

    checks: what /ready asks, by dependency. resources: entered at start in this order, left
    at the end in reverse (pools, clients).
    """
    logs.configure(service, settings.log_level)
    readiness = Readiness(checks or {})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for resource in resources:
                await stack.enter_async_context(resource)
            yield

    app = FastAPI(title=service, version=settings.service_version, lifespan=lifespan)
    app.state.readiness = readiness
    errors.install(app)
    app.include_router(_standard(service, settings, readiness))
    for router in routers:
        app.include_router(router)
    app.add_middleware(Observed, service=service)
    return app


def _standard(service: str, settings: ServiceSettings, readiness: Readiness) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process lives; asks nobody else."""
        return {"status": "healthy", "service": service, "version": settings.service_version}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """Say whether it can work now, and how each dependency is."""
        passed, results = await readiness.report()
        status = "ready" if passed else "not_ready"
        body = {"status": status, "service": service, "checks": results}
        return JSONResponse(body, 200 if passed else 503)

    @router.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        """Return the metrics."""
        return metrics.exposition()

    return router


class _Server(uvicorn.Server):
    """Turns /ready to 503 before it stops to accept requests."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note that the service stops, then stop it."""
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.readiness.stopping = True
        super().handle_exit(signal.SIGTERM, frame)


def run(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGTERM; requests in flight have 30 s to finish; the exit code is 0."""
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )
    try:
        _Server(config).run()
    except KeyboardInterrupt:
        # uvicorn raises the signal again once it has shut down; to stop was the wish.
        return
