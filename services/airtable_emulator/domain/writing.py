"""From the fields of a request to what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .cells import CLEANERS, NotAccepted
from .errors import computed_field, invalid_value, new_option_refused
from .model import Field, Table, new_id

_COLOURS = ("blueLight2", "cyanLight2", "tealLight2", "greenLight2", "yellowLight2", "redLight2")


class Writer:
    """Cleans the fields of one request; with typecast, select options may grow on the way.

    table is the table as it is after the writes cleaned so far; grown tells
    whether it differs from the stored one.
    """

    def __init__(self, table: Table, typecast: bool) -> None:
        self.table = table
        self.grown = False
        self._typecast = typecast

    def clean(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Stored values by field id; None where the cell is to be emptied.

        Raises AirtableError 422 for unknown or computed fields and unfit values.
        """
        return {
            field.id: self._cell(self.table.field(field.id), value)
            for field, value in ((self.table.field(key), value) for key, value in given.items())
        }

    def _cell(self, field: Field, value: Any) -> Any:
        if field.computed:
            raise computed_field(field.name)
        if value is None or value == "":
            return None
        try:
            return self._accepted(field, value)
        except NotAccepted:
            raise invalid_value(field.name) from None

    def _accepted(self, field: Field, value: Any) -> Any:
        match field.type:
            case "singleSelect":
                return self._option(field, value)
            case "multipleSelects":
                return self._options(field, value)
            case kind:
                return CLEANERS[kind](field, value, self._typecast) if value != [] else None

    def _options(self, field: Field, value: Any) -> Any:
        if self._typecast and isinstance(value, str):
            value = [part.strip() for part in value.split(",")]
        if not isinstance(value, list):
            raise NotAccepted
        names = [self._option(self.table.field(field.id), item) for item in value]
        return list(dict.fromkeys(names)) or None

    def _option(self, field: Field, value: Any) -> str:
        name = value.get("name") if isinstance(value, dict) else value
        if not isinstance(name, str) or not name:
            raise NotAccepted
        if name not in (choice["name"] for choice in field.options["choices"]):
            self._grow(field, name)
        return name

    def _grow(self, field: Field, name: str) -> None:
        if not self._typecast:
            raise new_option_refused(name)
        choices = field.options["choices"]
        colour = _COLOURS[len(choices) % len(_COLOURS)]
        added = [*choices, {"id": new_id("sel"), "name": name, "color": colour}]
        grown = replace(field, options=field.options | {"choices": added})
        fields = tuple(grown if f.id == field.id else f for f in self.table.fields)
        self.table = replace(self.table, fields=fields)
        self.grown = True


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A record's fields after a PATCH: None in new empties the cell."""
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def replaced(table: Table, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A record's fields after a PUT: what is not named is emptied, computed fields stay."""
    kept = {f.id: old[f.id] for f in table.fields if f.computed and f.id in old}
    return merged(kept, new)
