"""Error answers as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_MEANINGS = {
    401: "Not signed in, or not a service",
    403: "The tenant is suspended",
    404: "There is no such thing in this tenant",
    409: "It is not in the state for that",
    413: "Too large",
    415: "Not of a media type that is taken",
    422: "Invalid",
    429: "Too many",
}


class ErrorDetail(BaseModel):
    """What went wrong: code for programs, message for people."""

    code: str
    message: str
    request_id: str


class ErrorAnswer(BaseModel):
    """The body of every error."""

    error: ErrorDetail


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route says of its errors."""
    return {status: {"model": ErrorAnswer, "description": _MEANINGS[status]} for status in statuses}
