"""What Airtable's failures mean to our callers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests
from pyairtable_shared.errors import ApiError

from .turns import Exhausted

_HIDDEN = "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"


def status_of(error: requests.RequestException) -> int:
    """Airtable's HTTP status, 0 when it did not answer."""
    return error.response.status_code if error.response is not None else 0


def translated(error: requests.RequestException) -> ApiError:
    """The error that our caller sees for one of Airtable's."""
    if isinstance(error, requests.Timeout):
        return ApiError(504, "airtable_timeout", "Airtable did not answer in time. Try again.")
    kind, message = _said(error)
    make = _BY_STATUS.get(status_of(error))
    if status_of(error) == 403 and kind == _HIDDEN:
        make = _BY_STATUS[404]
    return make(message) if make else _unforeseen(error)


def exhausted(error: Exhausted) -> ApiError:
    """The error for a request whose turn would come too late."""
    return ApiError(
        429,
        "airtable_rate_limited",
        f"Airtable's limit of requests for this base is used up. Try again in "
        f"{error.retry_after} s.",
        {"Retry-After": str(error.retry_after)},
    )


def not_configured() -> ApiError:
    """The error of every Airtable route while there is no token."""
    return ApiError(
        503,
        "airtable_not_configured",
        "This stack has no Airtable token. Set the stack's airtable-token secret and deploy.",
    )


def _said(error: requests.RequestException) -> tuple[str, str]:
    """Airtable's error type and message, empty where it names none."""
    try:
        said: Any = json.loads(error.response.text) if error.response is not None else {}
    except ValueError:
        said = {}
    found = said.get("error", {}) if isinstance(said, dict) else {}
    if isinstance(found, str):
        return found, ""
    return str(found.get("type", "")), str(found.get("message", ""))


def _unforeseen(error: requests.RequestException) -> ApiError:
    status = status_of(error)
    if status == 0:
        return ApiError(502, "airtable_unreachable", "Airtable cannot be reached. Try again.")
    return ApiError(502, "airtable_error", f"Airtable answered with status {status}. Try again.")


def _rejected(message: str) -> ApiError:
    return ApiError(
        502,
        "airtable_token_rejected",
        "Airtable does not accept this stack's token. Set a valid airtable-token secret.",
    )


def _plain(status: int, code: str, default: str) -> Callable[[str], ApiError]:
    return lambda message: ApiError(status, code, message or default)


_BY_STATUS: dict[int, Callable[[str], ApiError]] = {
    400: _plain(422, "airtable_invalid_request", "Airtable does not understand the request."),
    401: _rejected,
    403: _plain(403, "airtable_forbidden", "The token of this stack may not do that."),
    404: lambda _: ApiError(404, "airtable_not_found", "There is no such base, table or record."),
    413: _plain(413, "airtable_too_large", "The request is too large for Airtable."),
    422: _plain(422, "airtable_invalid_request", "Airtable refuses the request."),
    429: lambda _: exhausted(Exhausted(30)),
}
