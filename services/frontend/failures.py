"""Errors as pages that people can read."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .api import SignInNeeded
from .gateway import GatewayError
from .pages import page, to_sign_in
from .site import site_of

_TITLES = {
    400: "That request cannot be read",
    403: "That is not allowed",
    404: "There is nothing here",
    405: "That does not work here",
    409: "That is in conflict with something else",
    413: "That is too large",
    415: "That request cannot be read",
    422: "Something in there is not right",
    429: "Too many requests",
    500: "Something went wrong on our side",
    502: "A part of the platform does not answer",
    503: "A part of the platform does not answer",
    504: "That took too long",
}
_NOTHING = "The page may have moved, or the address has a slip in it."


def install(app: FastAPI) -> None:
    """Make the application answer every error with a page."""

    async def sign_in(request: Request, _: Exception) -> Response:
        answer = to_sign_in(request)
        site_of(request).cookies.end_session(answer)
        return answer

    async def gateway_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, GatewayError)  # noqa: S101  (registered for just this type)
        logger().info("gateway refused", status=error.status, code=error.code)
        return failure(request, error.status, error.message)

    async def api_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)  # noqa: S101
        return failure(request, error.status, error.message)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return failure(request, error.status_code, _NOTHING)

    async def invalid(request: Request, _: Exception) -> Response:
        # Only addresses are checked this way: one that cannot be is one that is not.
        return failure(request, 404, _NOTHING)

    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(GatewayError, gateway_error)
    app.add_exception_handler(ApiError, api_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)


def failure(request: Request, status: int, message: str) -> Response:
    """Return the page of an error. status: as it is sent; an odd one becomes 502."""
    shown = status if status in _TITLES else 502
    return page(
        request,
        "failure.html",
        shown,
        title=_TITLES[shown],
        message=message,
        again=shown in (429, 502, 503, 504) and request.method == "GET",
    )


def crashed(request: Request) -> Response:
    """Return the page for an error that nobody foresaw."""
    return failure(request, 500, "We have noted it. Try again; if it stays, tell us this number.")
