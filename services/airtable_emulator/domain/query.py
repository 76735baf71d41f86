"""Which records a list request gives, in which order, on which page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..formula import FormulaError, InvalidFormula, Value, evaluate, is_truthy, parse, to_text
from ..formula.nodes import AnyNode, field_names
from .errors import invalid_formula, typed
from .model import VIEW_NAME, Table
from .model import Field as TableField
from .rows import Row, iso

PAGE_SIZE = 100


class Sort(BaseModel):
    """One sort key."""

    model_config = ConfigDict(extra="forbid")

    field: str
    direction: Literal["asc", "desc"] = "asc"


class ListQuery(BaseModel):
    """The options of "list records", from the query string or a listRecords body."""

    model_config = ConfigDict(populate_by_name=True)

    page_size: int = Field(PAGE_SIZE, alias="pageSize", ge=1, le=PAGE_SIZE)
    max_records: int | None = Field(None, alias="maxRecords", ge=1)
    offset: str | None = None
    view: str | None = None
    fields: list[str] | None = None
    formula: str = Field("", alias="filterByFormula", max_length=100_000)
    sort: list[Sort] = Field(default_factory=list)
    cell_format: Literal["json", "string"] = Field("json", alias="cellFormat")
    time_zone: str | None = Field(None, alias="timeZone")
    user_locale: str | None = Field(None, alias="userLocale")
    by_id: bool = Field(False, alias="returnFieldsByFieldId")
    metadata: list[Literal["commentCount"]] = Field(default_factory=list, alias="recordMetadata")

    def digest(self) -> str:
        """Fourteen characters that stand for everything but the page."""
        text = self.model_dump_json(exclude={"offset", "page_size"})
        return hashlib.sha256(text.encode()).hexdigest()[:14]


def check(query: ListQuery, table: Table) -> AnyNode | None:
    """The parsed filter, None for no filter. Raises AirtableError 422 for what does not fit."""
    if query.view is not None and query.view not in (VIEW_NAME, table.view_id):
        raise typed(422, "VIEW_NAME_NOT_FOUND", f"View {query.view} not found")
    if query.cell_format == "string" and not (query.time_zone and query.user_locale):
        message = "timeZone and userLocale are required when cellFormat is string"
        raise typed(422, "INVALID_REQUEST_UNKNOWN", message)
    for key in [*(query.fields or ()), *(sort.field for sort in query.sort)]:
        table.field(key)
    return _filter(query.formula, table) if query.formula.strip() else None


def _filter(text: str, table: Table) -> AnyNode:
    try:
        node = parse(text)
    except InvalidFormula as error:
        raise invalid_formula(str(error)) from None
    unknown = sorted(name for name in field_names(node) if table.find(name) is None)
    if unknown:
        raise invalid_formula(f"Unknown field names: {', '.join(unknown).lower()}")
    return node


def matches(node: AnyNode | None, row: Row) -> bool:
    """Whether the filter lets the record through; an error in it does not."""
    try:
        return node is None or is_truthy(evaluate(node, row))
    except (FormulaError, InvalidFormula):
        return False


def ordered(rows: Sequence[Row], query: ListQuery, table: Table) -> list[Row]:
    """The rows by the sort keys, blanks first when ascending; equal ones keep their order."""
    result = list(rows)
    for sort in reversed(query.sort):
        field = table.field(sort.field)
        result.sort(key=partial(_sort_key, field), reverse=sort.direction == "desc")
    return result


def _sort_key(field: TableField, row: Row) -> tuple[int, Any]:
    try:
        value = row.of(field)
    except (FormulaError, InvalidFormula):
        return (0, 0)
    if field.type == "singleSelect" and value is not None:
        return (1, _choice_index(field, value))
    return _typed_key(value)


def _choice_index(field: TableField, value: Value) -> float:
    names = [choice["name"] for choice in field.options["choices"]]
    return float(names.index(value)) if value in names else float(len(names))


def _typed_key(value: Value) -> tuple[int, Any]:
    match value:
        case None | "" | []:
            return (0, 0)
        case bool() | int() | float():
            return (1, float(value))
        case date():
            return (2, to_text(value))
        case _:
            return (3, to_text(value).casefold())


def page(rows: list[Row], query: ListQuery) -> tuple[list[Row], str | None]:
    """The rows of the asked page and the offset of the next, None after the last.

    An offset names its query and the record that comes next. Raises
    AirtableError 422 when it is from another query or that record is gone.
    """
    rows = rows[: query.max_records] if query.max_records else rows
    start = _start(rows, query) if query.offset else 0
    end = start + query.page_size
    following = f"itr{query.digest()}/{rows[end].id}" if end < len(rows) else None
    return rows[start:end], following


def _start(rows: list[Row], query: ListQuery) -> int:
    iterator, _, record_id = (query.offset or "").partition("/")
    positions = {row.id: index for index, row in enumerate(rows)}
    if iterator != f"itr{query.digest()}" or record_id not in positions:
        message = "The iterator is not available. Please start over from the first page."
        raise typed(422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE", message)
    return positions[record_id]


def rendered(row: Row, table: Table, query: ListQuery) -> dict[str, Any]:
    """A record as Airtable answers it: empty cells left out, keys by name or by id."""
    wanted = table.fields if query.fields is None else [table.field(k) for k in query.fields]
    cells = ((f, row.shown(f, query.cell_format == "string")) for f in wanted)
    fields = {(f.id if query.by_id else f.name): cell for f, cell in cells if cell is not None}
    answer = {"id": row.id, "createdTime": iso(row.created_time), "fields": fields}
    return answer | ({"commentCount": 0} if query.metadata else {})
