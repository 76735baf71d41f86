"""Airtable's fields: how their values are shown, asked for, and read from a form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .shown import pretty, when

_INPUTS = {
    "singleLineText": "text",
    "multilineText": "long",
    "richText": "long",
    "email": "email",
    "url": "url",
    "phoneNumber": "tel",
    "number": "number",
    "currency": "number",
    "percent": "percent",
    "duration": "number",
    "rating": "rating",
    "checkbox": "checkbox",
    "date": "date",
    "dateTime": "time",
    "singleSelect": "choice",
    "multipleSelects": "choices",
    "multipleRecordLinks": "links",
}
"""How a type is asked for; others cannot be edited here."""


_SHORT = ("date", "dateTime", "createdTime", "lastModifiedTime", "phoneNumber")


class Unreadable(Exception):
    """What was typed is no value of the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a table. input: how it is asked for, None when it cannot be edited here."""

    id: str
    name: str
    type: str
    options: Mapping[str, Any]

    @property
    def input(self) -> str | None:
        """How it is asked for."""
        return _INPUTS.get(self.type)

    @property
    def choices(self) -> list[str]:
        """The choices of a select."""
        return [str(each["name"]) for each in self.options.get("choices", [])]

    @property
    def most(self) -> int:
        """The highest rating."""
        return int(self.options.get("max", 5))

    @property
    def step(self) -> str:
        """The smallest difference of two numbers."""
        places = self.options.get("precision")
        if not isinstance(places, int):
            return "any"
        return "1" if places == 0 else f"0.{'0' * (places - 1)}1"

    @property
    def numeric(self) -> bool:
        """Whether its values are compared by their ends."""
        return self.input in ("number", "percent", "rating") or self.type == "autoNumber"

    @property
    def look(self) -> str:
        """How its values stand in a table: number, short, long or usual."""
        if self.numeric:
            return "number"
        return "short" if self.type in _SHORT else "long" if self.input == "long" else "usual"

    @property
    def single_link(self) -> bool:
        """Whether it is meant to lead to one record."""
        return bool(self.options.get("prefers_single_record_link"))

    @property
    def linked_table(self) -> str | None:
        """The table that its links lead to."""
        linked = self.options.get("linked_table_id")
        return str(linked) if linked else None


def fields_of(table: Mapping[str, Any]) -> list[Field]:
    """Return the fields of a table, the primary one first."""
    fields = [
        Field(str(each["id"]), str(each["name"]), str(each["type"]), each.get("options") or {})
        for each in table["fields"]
    ]
    return sorted(fields, key=lambda each: each.id != table.get("primary_field_id"))


def as_text(field: Field, value: Any, links: Mapping[str, str]) -> str:
    """Return a value as people read it. links: names of linked records by id."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(links.get(str(each), _plain(each)) for each in value)
    if field.type == "currency" and isinstance(value, int | float):
        return f"{field.options.get('symbol', '')}{value:,.{field.options.get('precision', 2)}f}"
    if field.type == "percent" and isinstance(value, int | float):
        return f"{value * 100:.{field.options.get('precision', 0)}f} %"
    if field.type in ("dateTime", "createdTime", "lastModifiedTime"):
        return when(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return _plain(value)


def as_typed(field: Field, value: Any) -> str:
    """Return a value as its input shows it before anything is typed."""
    if value is None:
        return ""
    if field.input == "time":
        return when(value).replace(" ", "T")
    if field.input == "percent" and isinstance(value, int | float):
        return f"{value * 100:.10g}"
    return _plain(value)


def read(field: Field, typed: Sequence[str]) -> Any:
    """Return the value of a field from what a form sent. Raises Unreadable."""
    if field.input == "checkbox":
        return True if "on" in typed else None
    if field.input in ("choices", "links"):
        return [each for each in typed if each]
    text = typed[0] if typed else ""
    if field.input != "long":
        text = text.strip()
    if not text:
        return None
    if field.input in ("number", "percent", "rating"):
        return _number(field, text)
    return f"{_moment(text)}Z" if field.input == "time" else text


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same; absent, empty and unticked do."""
    return one == other or (_absent(one) and _absent(other))


def _absent(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def _number(field: Field, text: str) -> int | float:
    if text.removeprefix("-").isdecimal() and field.input != "percent":
        return int(text)
    try:
        number = float(text)
    except ValueError as error:
        raise Unreadable(f"{field.name} must be a number") from error
    if not math.isfinite(number):
        raise Unreadable(f"{field.name} must be a number")
    if field.input == "percent":
        number = round(number / 100, 12)
    return int(number) if number.is_integer() else number


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable("A time is written as 2026-01-20T17:00") from error
    return moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.000")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        # Attachments, collaborators and the like tell a name.
        named = value.get("name") or value.get("filename") or value.get("email")
        return str(named) if named else pretty(value)
    return str(value)
