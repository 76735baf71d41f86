"""A service's application: health, readiness, metrics, errors and logs, and its own routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.responses import Response

from . import errors, logs, metrics
from .middleware import Observed
from .readiness import Check, Readiness, ReadinessReport
from .server import serve
from .settings import ServiceSettings


def create_app(
    service: str,
    settings: ServiceSettings,
    *,
    routers: Sequence[APIRouter] = (),
    checks: Mapping[str, Check] | None = None,
    useful: Mapping[str, Check] | None = None,
    resources: Sequence[AbstractAsyncContextManager[object]] = (),
) -> FastAPI:
    """Return the application of a service.

    checks: the dependencies without which it can do nothing: one of them away makes /ready
    503. useful: those without which it does less: /ready stays 200 and says `degraded`.
    resources: entered at start in this order, left at the end in reverse (pools, clients).
    """
    logs.configure(service, settings.log_level)
    readiness = Readiness(checks or {}, useful or {})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for resource in resources:
                await stack.enter_async_context(resource)
            yield

    app = FastAPI(
        title=service,
        version=settings.service_version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=errors.RESPONSES,
    )
    app.state.readiness = readiness
    errors.install(app)
    app.include_router(_standard(service, settings, readiness))
    for router in routers:
        app.include_router(router)
    app.add_middleware(Observed, service=service, readiness=readiness)
    return app


def _standard(service: str, settings: ServiceSettings, readiness: Readiness) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process lives; asks nobody else."""
        return {"status": "healthy", "service": service, "version": settings.service_version}

    @router.get(
        "/ready", response_model=ReadinessReport, responses={503: {"model": ReadinessReport}}
    )
    async def ready() -> JSONResponse:
        """Say whether it can work now, and how each dependency is."""
        status, results = await readiness.report()
        body = {"status": status, "service": service, "checks": results}
        return JSONResponse(body, 200 if status in ("ready", "degraded") else 503)

    @router.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        """Return the metrics."""
        return metrics.exposition()

    return router


def run(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGTERM, then stop as server.serve describes; the exit code is 0."""
    readiness: Readiness = app.state.readiness
    serve(app, settings.port, settings.drain_seconds, readiness)
