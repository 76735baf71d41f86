"""The types of tools' arguments. Their descriptions are what a model reads."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

BaseId = Annotated[
    str,
    Field(
        pattern=r"^app[A-Za-z0-9]{1,32}$",
        description="Id of the base, which begins with `app`; list_bases gives it.",
    ),
]
TableName = Annotated[
    str, Field(min_length=1, max_length=255, description="Name or id of the table.")
]
RecordId = Annotated[
    str,
    Field(
        pattern=r"^rec[A-Za-z0-9]{1,32}$",
        description="Id of the record, which begins with `rec`; get_records gives it.",
    ),
]
FieldName = Annotated[str, Field(min_length=1, max_length=255)]
Fields = Annotated[dict[FieldName, Any], Field(max_length=500, description="Values by field name.")]
FieldNames = Annotated[
    list[FieldName] | None,
    Field(max_length=500, description="Only these fields; without it, all of them."),
]
Formula = Annotated[
    str | None,
    Field(
        max_length=8000,
        description="Airtable formula that selects records, such as {Status} = 'Done'.",
    ),
]
Sort = Annotated[
    list[FieldName] | None,
    Field(max_length=10, description="Field names to sort by; a `-` in front is for descending."),
]
View = Annotated[
    str | None, Field(max_length=255, description="Only what this view shows, in its order.")
]
Typecast = Annotated[
    bool, Field(description="Airtable may convert values to the field's type and add options.")
]

MOST_READ = 5000
"""Records that one tool may read: 50 pages, ten seconds at Airtable's pace."""

ReadMost = Annotated[
    int, Field(ge=1, le=MOST_READ, description="Read at most this many records of the table.")
]

MOST_WRITTEN = 1000
"""Records that one call may write, as airtable-gateway takes them."""


class Change(BaseModel):
    """New values for a record."""

    model_config = ConfigDict(extra="forbid")

    id: RecordId
    fields: Fields


NewRecords = Annotated[
    list[Fields],
    Field(min_length=1, max_length=MOST_WRITTEN, description="The values of each new record."),
]
Changes = Annotated[
    list[Change],
    Field(min_length=1, max_length=MOST_WRITTEN, description="Record ids with new values."),
]
