"""A table of records as a page shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..forms import Form
from .fields import Field, Unreadable, as_text, as_typed, fields_of, read, same

Links = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the names of the records that its links lead to.

    linked: for each table that is linked to, the names of its first records by id.
    """

    schema: Mapping[str, Any]
    linked: Mapping[str, Links] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.schema["id"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.schema["name"])

    @property
    def fields(self) -> list[Field]:
        """Its fields, the primary one first."""
        return fields_of(self.schema)

    @property
    def editable(self) -> list[Field]:
        """The fields that can be edited here."""
        return [each for each in self.fields if each.input]

    def links(self, each: Field) -> Links:
        """Return the names of the records that a field may lead to."""
        return self.linked.get(each.linked_table or "", {})

    def text(self, each: Field, record: Mapping[str, Any]) -> str:
        """Return a value of a record as people read it."""
        return as_text(each, record["fields"].get(each.name), self.links(each))

    def title(self, record: Mapping[str, Any]) -> str:
        """Return what a record is called."""
        return self.text(self.fields[0], record) or str(record["id"])


@dataclass(frozen=True, slots=True)
class Entry:
    """An input of a record's form. typed: what stands in it; chosen: what is ticked."""

    field: Field
    name: str
    typed: str
    chosen: Sequence[str]
    options: Sequence[tuple[str, str]]


def entries(table: Table, values: Mapping[str, Any], form: Form | None = None) -> list[Entry]:
    """Return the inputs of a record's form. form: what was typed before, to be mended."""
    return [_entry(table, each, values.get(each.name), form) for each in table.editable]


def _entry(table: Table, each: Field, value: Any, form: Form | None) -> Entry:
    name = f"field-{each.id}"
    several = value if isinstance(value, list) else [value]
    chosen = [str(one) for one in several if one not in (None, False)]
    typed = as_typed(each, value)
    if form is not None:
        typed, chosen = form.raw(name), [one for one in form.all(name) if one]
    options = [(choice, choice) for choice in each.choices]
    if each.input == "links":
        known = table.links(each)
        options = list(known.items()) + [(one, one) for one in chosen if one not in known]
    return Entry(each, name, typed, chosen, options)


def before(table: Table, values: Mapping[str, Any], form: Form | None = None) -> str:
    """Return, as JSON, the values that a form began with."""
    begun = form.raw("before") if form else ""
    return begun or json.dumps({each.name: values.get(each.name) for each in table.editable})


def sent_before(form: Form) -> dict[str, Any]:
    """Return the values that a form says that it began with."""
    try:
        begun = json.loads(form.raw("before"))
    except ValueError:
        return {}
    return begun if isinstance(begun, dict) else {}


def values_of(table: Table, form: Form) -> dict[str, Any]:
    """Return the values that a form holds, by field name. Raises Unreadable."""
    return {each.name: read(each, form.all(f"field-{each.id}")) for each in table.editable}


def changed(table: Table, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that were changed, so that others' changes meanwhile stay."""
    return {
        each.name: values[each.name]
        for each in table.editable
        if not _kept(each, values[each.name], before.get(each.name))
    }


def _kept(each: Field, value: Any, before: Any) -> bool:
    # A form shows times to the minute; what it shows for the old value is no change.
    return same(value, before) or same(value, _as_sent_back(each, before))


def _as_sent_back(each: Field, before: Any) -> Any:
    if isinstance(before, list) or before is None:
        return before
    try:
        return read(each, ["on" if before is True else as_typed(each, before)])
    except Unreadable:
        return before
