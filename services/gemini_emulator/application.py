"""The emulator's application, put together."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pyairtable_shared.app import create_app
from starlette.exceptions import HTTPException

from .domain.errors import GoogleError, not_found
from .routes import gemini_router
from .settings import Settings

SERVICE = "gemini-emulator"
VERSIONS = ("/v1", "/v1beta")


def application(settings: Settings) -> FastAPI:
    """The application for these settings."""
    versions = APIRouter()
    for version in VERSIONS:
        versions.include_router(gemini_router(settings), prefix=version)
    app = create_app(SERVICE, settings, routers=[versions])

    async def google_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, GoogleError)  # noqa: S101  (registered for just this type)
        return JSONResponse(error.body, error.status)

    async def http_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        return JSONResponse(not_found().body, 404)

    app.add_exception_handler(GoogleError, google_error)
    app.add_exception_handler(HTTPException, http_error)
    return app
