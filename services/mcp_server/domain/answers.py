"""What tools answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Base(BaseModel):
    """A base."""

    id: str
    name: str
    permission_level: str


class Bases(BaseModel):
    """All bases."""

    bases: list[Base]


class TableSummary(BaseModel):
    """A table without its fields' details."""

    id: str
    name: str
    description: str | None = None
    primary_field: str
    field_count: int


class Tables(BaseModel):
    """The tables of a base."""

    base_id: str
    tables: list[TableSummary]


class Schema(BaseModel):
    """Tables with their fields, as Airtable describes them."""

    base_id: str
    tables: list[dict[str, Any]]


class Record(BaseModel):
    """A record."""

    id: str
    createdTime: str  # as Airtable spells it
    fields: dict[str, Any]


class Page(BaseModel):
    """A page of records. offset: asks for the next page, absent on the last."""

    records: list[Record]
    offset: str | None = None


class Records(BaseModel):
    """Records. complete: False when there are more."""

    records: list[Record]
    count: int
    complete: bool = True


class Deleted(BaseModel):
    """A record that is gone."""

    id: str
    deleted: bool


class FieldAnalysis(BaseModel):
    """One field. fill_rate: the part of records that have a value, 0 to 1.

    minimum, maximum: of numbers, dates and times; absent for other types.
    """

    name: str
    type: str
    filled: int
    empty: int
    fill_rate: float
    distinct: int
    minimum: float | str | None = None
    maximum: float | str | None = None
    most_common: list[str]


class Analysis(BaseModel):
    """A table's fields in numbers. complete: False when not all records were read."""

    table: str
    record_count: int
    complete: bool
    fields: list[FieldAnalysis]


class DuplicateGroup(BaseModel):
    """Records that are the same in the compared fields."""

    values: dict[str, str]
    record_ids: list[str]


class Duplicates(BaseModel):
    """Groups of duplicates, largest first. complete: False when not all records were read."""

    compared_fields: list[str]
    record_count: int
    complete: bool
    duplicate_count: int
    groups: list[DuplicateGroup]


class Csv(BaseModel):
    """A table as comma-separated values. complete: False when not all records were read."""

    csv: str
    record_count: int
    complete: bool
