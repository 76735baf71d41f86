"""The bodies of write requests."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import invalid_request, typed

MAX_RECORDS = 10
"""Records that one request may write."""


class Item(BaseModel):
    """One record of a write; id is absent when it is to be made."""

    id: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)


class Upsert(BaseModel):
    """`performUpsert`: the fields that tell whether a record exists already."""

    model_config = ConfigDict(populate_by_name=True)

    merge_on: list[str] = Field(alias="fieldsToMergeOn", min_length=1, max_length=3)


class Change(BaseModel):
    """A create, update or replace of one record (`fields`) or several (`records`)."""

    model_config = ConfigDict(populate_by_name=True)

    records: list[Item] | None = None
    fields: dict[str, Any] | None = None
    record_id: str | None = Field(None, alias="id of the path", exclude=True)
    typecast: bool = False
    by_id: bool = Field(False, alias="returnFieldsByFieldId")
    upsert: Upsert | None = Field(None, alias="performUpsert")

    @property
    def single(self) -> bool:
        """Whether the body is one record, so that the answer is one too."""
        return self.records is None

    def items(self) -> list[Item]:
        """The records to write, one or several."""
        if self.records is None:
            return [Item(id=self.record_id, fields=self.fields or {})]
        return self.records

    def for_record(self, record_id: str) -> Change:
        """The same change, of the record that the path names."""
        return self.model_copy(update={"record_id": record_id, "upsert": None})


def parse_change(body: Any) -> Change:
    """A write from a request's JSON body. Raises AirtableError 422."""
    try:
        change = Change.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise invalid_request(f"{place}: {first['msg']}") from None
    if change.records is None and change.fields is None:
        raise typed(422, "INVALID_REQUEST_MISSING_FIELDS", 'Could not find field "fields" in body')
    check_count(len(change.items()))
    return change


def check_count(count: int) -> None:
    """Refuse more than MAX_RECORDS records, and none. Raises AirtableError 422."""
    if not 1 <= count <= MAX_RECORDS:
        raise typed(
            422, "INVALID_RECORDS", f"A request takes 1 to {MAX_RECORDS} records, not {count}"
        )
