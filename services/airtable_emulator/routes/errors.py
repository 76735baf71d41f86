"""Every error in Airtable's shapes, also those that the framework finds."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pyairtable_shared.errors import ApiError
from starlette.exceptions import HTTPException

from ..domain.errors import AirtableError, not_found, typed


def install(app: FastAPI) -> None:
    """Make the application answer errors as Airtable does."""

    async def airtable_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, AirtableError)  # noqa: S101  (registered for just this type)
        return JSONResponse(error.body, error.status)

    async def http_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        return JSONResponse(not_found().body, 404)

    async def platform_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)  # noqa: S101
        answer = typed(error.status, error.code.upper(), error.message)
        return JSONResponse(answer.body, error.status)

    app.add_exception_handler(AirtableError, airtable_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(ApiError, platform_error)
