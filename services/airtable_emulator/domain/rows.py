"""Records as formulas, sorting and answers see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from ..formula import FormulaError, InvalidFormula, Value, evaluate, parse, to_text
from .model import Field, Record, Table

Names = Mapping[str, str]
"""Text of the primary field by record id, for the records that links name."""


class Row:
    """One record of a table, with its fields as formula values."""

    def __init__(self, table: Table, record: Record, names: Names) -> None:
        self._table = table
        self._record = record
        self._names = names

    @property
    def id(self) -> str:
        """The record's id."""
        return self._record.id

    @property
    def created_time(self) -> datetime:
        """When the record was made."""
        return self._record.created_time

    def value(self, field: str) -> Value:
        """The value of a field, by name or id."""
        return self.of(self._table.field(field))

    def of(self, field: Field) -> Value:
        """The value of one of the table's fields."""
        if field.type == "formula":
            return evaluate(parse(field.options["formula"]), self)
        if field.type == "createdTime":
            return self._record.created_time
        stored = self._record.fields.get(field.id)
        return False if stored is None and field.type == "checkbox" else self._read(field, stored)

    def _read(self, field: Field, stored: Any) -> Value:
        match field.type, stored:
            case _, None:
                return None
            case "date", str():
                return date.fromisoformat(stored)
            case "dateTime", str():
                return datetime.fromisoformat(stored)
            case "multipleRecordLinks", list():
                return [self._names.get(record_id, record_id) for record_id in stored]
            case "multipleAttachments", list():
                return [item["filename"] for item in stored]
            case "singleCollaborator", dict():
                return str(stored.get("name") or stored.get("email") or stored.get("id"))
            case _:
                value: Value = stored
                return value

    def shown(self, field: Field, as_text: bool) -> Any:
        """The cell in an answer, None when it is to be left out."""
        if as_text:
            return self._text(field) or None
        if field.type == "createdTime":
            return iso(self._record.created_time)
        if field.type == "formula":
            return self._computed(field)
        return self._record.fields.get(field.id)

    def _text(self, field: Field) -> str:
        try:
            value = self.of(field)
            return ("checked" if value else "") if field.type == "checkbox" else to_text(value)
        except (FormulaError, InvalidFormula):
            return "#ERROR!"

    def _computed(self, field: Field) -> Any:
        try:
            value = self.of(field)
        except (FormulaError, InvalidFormula):
            return {"error": "#ERROR!"}
        return iso(value) if isinstance(value, datetime) else _plain(value)


def _plain(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if value != "" else None


def iso(moment: datetime) -> str:
    """A point in time as Airtable writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
