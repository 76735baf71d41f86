"""What each field type takes. A cleaner gives the stored value or raises NotAccepted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from .model import Field, new_id

Cleaner = Callable[[Field, Any, bool], Any]
"""(field, value, typecast) -> stored value."""

_TRUE_TEXTS = frozenset({"1", "true", "yes", "y", "checked"})


class NotAccepted(Exception):
    """The field's type does not take this value."""


def _text(_: Field, value: Any, typecast: bool) -> Any:
    if isinstance(value, str):
        return value
    if typecast and isinstance(value, bool | int | float):
        return str(value)
    raise NotAccepted


def _number(_: Field, value: Any, typecast: bool) -> Any:
    if typecast and isinstance(value, str):
        value = _parsed_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAccepted
    return value


def _parsed_number(text: str) -> float | int:
    digits = re.sub(r"[^\d.eE+-]", "", text)
    try:
        return float(digits) if re.search(r"[.eE]", digits) else int(digits)
    except ValueError:
        raise NotAccepted from None


def _rating(field: Field, value: Any, typecast: bool) -> Any:
    number = _number(field, value, typecast)
    if number != int(number) or not 0 <= number <= field.options.get("max", 5):
        raise NotAccepted
    return int(number) or None


def _checkbox(_: Field, value: Any, typecast: bool) -> Any:
    if typecast and isinstance(value, str | int | float):
        value = str(value).lower() in _TRUE_TEXTS
    if not isinstance(value, bool):
        raise NotAccepted
    return value or None


def _date(_: Field, value: Any, typecast: bool) -> Any:
    try:
        return date.fromisoformat(value).isoformat()
    except (ValueError, TypeError):
        return _moment(value).date().isoformat()


def _date_time(_: Field, value: Any, typecast: bool) -> Any:
    return (
        _moment(value).strftime("%Y-%m-%dT%H:%M:%S.") + f"{_moment(value).microsecond // 1000:03}Z"
    )


def _moment(value: Any) -> datetime:
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        raise NotAccepted from None


def _links(_: Field, value: Any, typecast: bool) -> Any:
    if typecast and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list):
        raise NotAccepted
    ids = [item["id"] if isinstance(item, dict) and "id" in item else item for item in value]
    if not all(isinstance(item, str) for item in ids):
        raise NotAccepted
    return list(dict.fromkeys(ids))


def _attachments(_: Field, value: Any, typecast: bool) -> Any:
    if not isinstance(value, list):
        raise NotAccepted
    return [_attachment(item) for item in value]


def _attachment(item: Any) -> dict[str, Any]:
    url = item.get("url") if isinstance(item, dict) else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise NotAccepted
    filename = str(item.get("filename") or url.rsplit("/", 1)[-1] or "file")
    return {"id": item.get("id") or new_id("att"), "url": url, "filename": filename}


def _collaborator(_: Field, value: Any, typecast: bool) -> Any:
    if isinstance(value, dict) and isinstance(value.get("id") or value.get("email"), str):
        return {key: value[key] for key in ("id", "email", "name") if key in value}
    raise NotAccepted


CLEANERS: dict[str, Cleaner] = {
    **dict.fromkeys(
        ("singleLineText", "multilineText", "richText", "email", "url", "phoneNumber"), _text
    ),
    **dict.fromkeys(("number", "currency", "percent", "duration"), _number),
    "rating": _rating,
    "checkbox": _checkbox,
    "date": _date,
    "dateTime": _date_time,
    "multipleRecordLinks": _links,
    "multipleAttachments": _attachments,
    "singleCollaborator": _collaborator,
}
"""Cleaner by field type; select fields are cleaned where their options may grow."""
