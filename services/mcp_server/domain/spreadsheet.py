"""Records as comma-separated values that a spreadsheet may open without harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from .texts import plain

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
"""Spreadsheets take text that begins so for a formula; wide forms are read like narrow ones."""


def write(fields: Sequence[str], records: Sequence[Mapping[str, Any]]) -> str:
    """Return the records as RFC 4180 text with a head line: record id, then the fields."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["record_id", *(_harmless(field) for field in fields)])
    for record in records:
        cells = (_harmless(record["fields"].get(field)) for field in fields)
        writer.writerow([record["id"], *cells])
    return text.getvalue()


def _harmless(value: Any) -> str:
    text = plain(value)
    if isinstance(value, int | float) or not text.lstrip(" ").startswith(_STARTS):
        return text
    return f"'{text}"
