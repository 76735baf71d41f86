"""The service's application, put together."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.service_auth import require_service

from .airtable import Airtable
from .over_http import StreamableHttp
from .routes import tools_router
from .server import build
from .settings import Settings

SERVICE = "mcp-server"


def application(settings: Settings) -> FastAPI:
    """The application for these settings."""
    airtable = Airtable(settings)
    server = build(settings, airtable)
    admit = require_service(settings)
    http = StreamableHttp(server, admit)
    guarded = APIRouter(dependencies=[Depends(admit)])
    guarded.include_router(tools_router(server))
    app = create_app(
        SERVICE,
        settings,
        routers=[guarded],
        useful={"airtable-gateway": airtable.check},
        resources=[airtable, http.running()],
    )
    app.router.routes.append(http.route())
    return app
