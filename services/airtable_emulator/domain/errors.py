"""Airtable's error answers, in its own shapes and words."""

from __future__ import annotations

from typing import Any


class AirtableError(Exception):
    """An answer with an error status; body is what Airtable would send."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


def typed(status: int, kind: str, message: str) -> AirtableError:
    """The usual shape: `{"error": {"type", "message"}}`."""
    return AirtableError(status, {"error": {"type": kind, "message": message}})


def not_found() -> AirtableError:
    """An unknown route, base or record: 404 `{"error": "NOT_FOUND"}`."""
    return AirtableError(404, {"error": "NOT_FOUND"})


def model_not_found() -> AirtableError:
    """An unknown table: Airtable does not say whether it exists."""
    return typed(
        403,
        "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
        "Invalid permissions, or the requested model was not found. Check that both your user "
        "and your token have the required permissions, and that the model names and/or ids "
        "are correct.",
    )


def unauthorized() -> AirtableError:
    """No bearer token, or not the right one."""
    return typed(401, "AUTHENTICATION_REQUIRED", "Authentication required")


def rate_limited() -> AirtableError:
    """More than five requests in a second for one base."""
    message = "Rate limit exceeded. Please try again later"
    return AirtableError(429, {"errors": [{"error": "RATE_LIMIT_REACHED", "message": message}]})


def invalid_request(message: str) -> AirtableError:
    """A body or parameter that does not fit."""
    return typed(422, "INVALID_REQUEST_UNKNOWN", f"Invalid request: {message}")


def invalid_formula(message: str) -> AirtableError:
    """A filterByFormula that cannot be used."""
    text = f"The formula for filtering records is invalid: {message}"
    return typed(422, "INVALID_FILTER_BY_FORMULA", text)


def unknown_field(name: str) -> AirtableError:
    """A field that the table does not have."""
    return typed(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')


def invalid_value(field: str) -> AirtableError:
    """A value that the field's type does not take."""
    message = f'Field "{field}" cannot accept the provided value'
    return typed(422, "INVALID_VALUE_FOR_COLUMN", message)


def computed_field(field: str) -> AirtableError:
    """A write to a field that computes its own value."""
    message = f'Field "{field}" cannot accept a value because the field is computed'
    return typed(422, "INVALID_VALUE_FOR_COLUMN", message)


def new_option_refused(option: str) -> AirtableError:
    """A select option that does not exist, without typecast."""
    message = f'Insufficient permissions to create new select option ""{option}""'
    return typed(422, "INVALID_MULTIPLE_CHOICE_OPTIONS", message)


def row_missing(record_id: str) -> AirtableError:
    """A record id in a batch or a link that names no record."""
    return typed(422, "ROW_DOES_NOT_EXIST", f"Record ID {record_id} does not exist")
