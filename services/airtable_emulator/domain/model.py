"""Bases, tables, fields and records as the emulator holds them."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from .errors import unknown_field

COMPUTED_TYPES = frozenset({"autoNumber", "createdTime", "formula"})
"""Field types whose value nobody writes."""

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """A fresh Airtable id: three letters of kind and 14 random characters."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(14))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a table; options as in Airtable's field model."""

    id: str
    name: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def computed(self) -> bool:
        """Whether it computes its own value."""
        return self.type in COMPUTED_TYPES

    def as_json(self) -> dict[str, Any]:
        """The field as in Airtable's schema answers; options only where there are some."""
        shown: dict[str, Any] = {"id": self.id, "name": self.name, "type": self.type}
        return shown | ({"options": self.options} if self.options else {})


@dataclass(frozen=True)
class Table:
    """A table with its fields in order."""

    id: str
    base_id: str
    name: str
    primary_field_id: str
    fields: tuple[Field, ...]

    @cached_property
    def _by_key(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields} | {f.id: f for f in self.fields}

    def find(self, key: str) -> Field | None:
        """The field with this id or name, if there is one."""
        return self._by_key.get(key)

    def field(self, key: str) -> Field:
        """The field with this id or name. Raises AirtableError 422 if there is none."""
        found = self.find(key)
        if found is None:
            raise unknown_field(key)
        return found

    @property
    def view_id(self) -> str:
        """Id of its one view, named like Airtable's default."""
        return f"viw{self.id[3:]}"

    @property
    def links(self) -> tuple[Field, ...]:
        """The fields that link to records of a table."""
        return tuple(f for f in self.fields if f.type == "multipleRecordLinks")

    def as_json(self) -> dict[str, Any]:
        """The table as in Airtable's schema answer."""
        return {
            "id": self.id,
            "name": self.name,
            "primaryFieldId": self.primary_field_id,
            "fields": [f.as_json() for f in self.fields],
            "views": [{"id": self.view_id, "name": VIEW_NAME, "type": "grid"}],
        }


VIEW_NAME = "Grid view"


@dataclass(frozen=True, slots=True)
class Record:
    """A record; fields are stored by field id, empty ones are absent."""

    id: str
    fields: dict[str, Any]
    created_time: datetime
