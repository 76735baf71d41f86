"""What callers send."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_RECORDS = 1000
"""Records that one call may write; they go to Airtable ten at a time."""

RecordId = Annotated[str, StringConstraints(pattern=r"^rec[A-Za-z0-9]{1,32}$")]
BaseId = Annotated[str, StringConstraints(pattern=r"^app[A-Za-z0-9]{1,32}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewRecord(_Strict):
    """A record to make: values by field name or id."""

    fields: dict[str, Any]


class ChangedRecord(_Strict):
    """A record to update or replace."""

    id: RecordId
    fields: dict[str, Any]


class Create(_Strict):
    """One record (`fields`) or many (`records`). typecast: Airtable converts values."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["fields"]}, {"required": ["records"]}]}
    )

    fields: dict[str, Any] | None = None
    records: list[NewRecord] | None = Field(None, min_length=1, max_length=MOST_RECORDS)
    typecast: bool = False

    @model_validator(mode="after")
    def _either(self) -> Create:
        if (self.fields is None) == (self.records is None):
            raise ValueError("send either fields, for one record, or records, for several")
        return self


class ChangeOne(_Strict):
    """New values for the record that the path names."""

    fields: dict[str, Any]
    typecast: bool = False


class ChangeMany(_Strict):
    """New values for many records."""

    records: list[ChangedRecord] = Field(min_length=1, max_length=MOST_RECORDS)
    typecast: bool = False


class Upsert(_Strict):
    """Records to update where the key fields match one, else to make."""

    records: list[NewRecord] = Field(min_length=1, max_length=MOST_RECORDS)
    key_fields: list[str] = Field(min_length=1, max_length=3)
    typecast: bool = False

    @model_validator(mode="after")
    def _with_keys(self) -> Upsert:
        for number, record in enumerate(self.records):
            if missing := set(self.key_fields) - set(record.fields):
                raise ValueError(f"record {number} has no value of {', '.join(sorted(missing))}")
        return self


class DeleteMany(_Strict):
    """Records to delete."""

    records: list[RecordId] = Field(min_length=1, max_length=MOST_RECORDS)


class ListQuery(BaseModel):
    """The query parameters of a list. sort: field names, with - in front for descending."""

    model_config = ConfigDict(extra="forbid")

    view: str | None = None
    fields: list[str] | None = None
    formula: str | None = None
    sort: list[str] | None = None
    page_size: int = Field(100, ge=1, le=100)
    max_records: int | None = Field(None, ge=1)
    offset: str | None = None

    def options(self) -> dict[str, Any]:
        """The same as options of pyairtable."""
        return self.model_dump(exclude_none=True)
