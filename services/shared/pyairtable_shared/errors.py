"""Errors as callers see them: {"error": {"code", "message", "request_id"}}."""

from __future__ import annotations

import traceback
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from .logs import logger
from .request_context import request_id

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    429: "too_many_requests",
    503: "unavailable",
}


class FieldError(BaseModel):
    """What is wrong with one field of a request. path: such as body.email."""

    path: str
    message: str


class ErrorDetail(BaseModel):
    """code: what a program looks at. message: what a person reads. fields: of code
    validation_error only."""

    code: str
    message: str
    request_id: str
    fields: list[FieldError] | None = None


class ErrorAnswer(BaseModel):
    """Every answer that is an error."""

    error: ErrorDetail


RESPONSES: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ErrorAnswer, "description": "The request was refused."},
    "5XX": {"model": ErrorAnswer, "description": "The service cannot answer now."},
}
"""What any route may answer, for the OpenAPI document."""


class ApiError(Exception):
    """An error that a caller is to see.

    status: HTTP status. code: what a program looks at. message: what a person reads.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})


def body(code: str, message: str, **more: object) -> dict[str, object]:
    """Return the body of an error."""
    return {"error": {"code": code, "message": message, "request_id": request_id(), **more}}


def install(app: FastAPI) -> None:
    """Make the application answer every error in the one shape."""

    async def api_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)  # noqa: S101  (registered for just this type)
        return JSONResponse(body(error.code, error.message), error.status, error.headers)

    async def http_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        code = _CODES.get(error.status_code, "error")
        return JSONResponse(body(code, str(error.detail)), error.status_code, error.headers)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        fields = [
            {"path": ".".join(str(part) for part in each["loc"]), "message": each["msg"]}
            for each in error.errors()
        ]
        message = "; ".join(f"{each['path']}: {each['message']}" for each in fields)
        return JSONResponse(body("validation_error", message, fields=fields), 422)

    app.add_exception_handler(ApiError, api_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)


def log_unexpected(what: str, error: BaseException) -> None:
    """Log where an error that nobody foresaw came from.

    Its own text stays out of the log: a driver's may quote what a user sent.
    """
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    logger().error(what, error=type(error).__name__, where=where)


def unexpected(error: BaseException) -> JSONResponse:
    """Log an error that nobody foresaw; tell the caller only that there was one."""
    log_unexpected("unexpected error", error)
    return JSONResponse(body("internal_error", "Something went wrong on our side"), 500)
