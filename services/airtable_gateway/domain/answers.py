"""What is answered, in Airtable's own words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class AsAirtable(BaseModel):
    """Airtable may add to its answers; what it adds is passed on."""

    model_config = ConfigDict(extra="allow")


class Base(BaseModel):
    """A base that the token can see. permission_level: such as create, edit or read."""

    id: str
    name: str
    permission_level: str


class BaseList(BaseModel):
    """All bases that the token can see."""

    bases: list[Base]


class TableSchema(AsAirtable):
    """A table with its fields and views."""

    id: str
    name: str
    fields: list[dict[str, Any]]


class TableList(BaseModel):
    """All tables of a base."""

    tables: list[TableSchema]


class Record(AsAirtable):
    """A record; fields without a value are left out."""

    id: str
    createdTime: str
    fields: dict[str, Any]


class RecordPage(AsAirtable):
    """A page of records. offset: asks for the next page; none on the last."""

    records: list[Record]


class RecordList(BaseModel):
    """The records that were written, in the order in which they were sent."""

    records: list[Record]


class Upserted(BaseModel):
    """All records that were written, and the ids of the made and of the changed ones."""

    records: list[Record]
    created: list[str]
    updated: list[str]


class Deleted(AsAirtable):
    """A record that was deleted."""

    id: str
    deleted: bool


class DeletedList(BaseModel):
    """The records that were deleted."""

    records: list[Deleted]
