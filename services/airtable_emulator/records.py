"""Reading and writing records: what the routes do, each in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from . import storage
from .domain.changes import Change, Item
from .domain.errors import not_found, row_missing, typed
from .domain.model import Record, Table, new_id
from .domain.query import ListQuery, check, matches, ordered, page, rendered
from .domain.rows import Row
from .domain.writing import Writer, merged, replaced
from .storage import Connection


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of a write: the answers in order, and which ids were made or changed."""

    records: list[dict[str, Any]]
    created: list[str]
    updated: list[str]


async def list_records(connection: Connection, table: Table, query: ListQuery) -> dict[str, Any]:
    """A page of records as Airtable answers it. Raises AirtableError 422."""
    node = check(query, table)
    names = await storage.link_names(connection, table)
    rows = [Row(table, record, names) for record in await storage.records(connection, table)]
    chosen = ordered([row for row in rows if matches(node, row)], query, table)
    shown, offset = page(chosen, query)
    answer: dict[str, Any] = {"records": [rendered(row, table, query) for row in shown]}
    return answer | ({"offset": offset} if offset else {})


async def get_record(
    connection: Connection, table: Table, record_id: str, query: ListQuery
) -> dict[str, Any]:
    """One record. Raises AirtableError 404."""
    found = (await storage.records_by_id(connection, table, [record_id])).get(record_id)
    if found is None:
        raise not_found()
    return rendered(Row(table, found, await storage.link_names(connection, table)), table, query)


async def create(connection: Connection, table: Table, change: Change) -> Written:
    """Make the change's records, all or none."""
    writer = Writer(table, change.typecast)
    made = await _make(connection, writer, change.items())
    await storage.insert(connection, table, made)
    return await _written(connection, writer, change, made, [])


async def modify(connection: Connection, table: Table, change: Change, whole: bool) -> Written:
    """Update the change's records, all or none; whole: what is not named is emptied.

    With performUpsert, records that match none are made. Raises AirtableError
    422 for an id that names no record.
    """
    items = change.items()
    if change.upsert:
        items = await _matched(connection, table, change, items)
    writer = Writer(table, change.typecast)
    existing = await storage.records_by_id(connection, table, [i.id for i in items if i.id])
    changed = _changed(writer, items, existing, whole, change.single)
    made = await _make(connection, writer, [item for item in items if not item.id])
    await _check_links(connection, writer.table, changed)
    await storage.update(connection, changed)
    await storage.insert(connection, table, made)
    return await _written(connection, writer, change, made, changed, _order(items, made))


def _order(items: Sequence[Item], made: Sequence[Record]) -> list[str]:
    fresh = iter(made)
    return [item.id or next(fresh).id for item in items]


async def remove(connection: Connection, table: Table, ids: Sequence[str]) -> None:
    """Delete records, all or none. Raises AirtableError 404 when one is not there."""
    found = await storage.records_by_id(connection, table, ids)
    if len(found) != len(set(ids)):
        raise not_found()
    await storage.delete(connection, table, ids)


async def _make(connection: Connection, writer: Writer, items: Sequence[Item]) -> list[Record]:
    cells = [merged({}, writer.clean(item.fields)) for item in items]
    for field in writer.table.fields:
        if field.type == "autoNumber" and items:
            first = await storage.highest_number(connection, writer.table, field) + 1
            cells = [{**cell, field.id: first + index} for index, cell in enumerate(cells)]
    now = datetime.now(UTC).replace(microsecond=0)
    made = [Record(new_id("rec"), cell, now) for cell in cells]
    await _check_links(connection, writer.table, made)
    return made


def _changed(
    writer: Writer, items: Sequence[Item], existing: dict[str, Record], whole: bool, single: bool
) -> list[Record]:
    result: dict[str, Record] = {}
    for item in items:
        if item.id is None:
            continue
        old = result.get(item.id) or existing.get(item.id)
        if old is None:
            raise not_found() if single else row_missing(item.id)
        new = writer.clean(item.fields)
        fields = replaced(writer.table, old.fields, new) if whole else merged(old.fields, new)
        result[item.id] = Record(old.id, fields, old.created_time)
    return list(result.values())


async def _check_links(connection: Connection, table: Table, rows: Sequence[Record]) -> None:
    wanted = {i for r in rows for field in table.links for i in r.fields.get(field.id, ())}
    if not wanted:
        return
    known = await storage.link_names(connection, table)
    for record_id in sorted(wanted - known.keys()):
        raise row_missing(record_id)


async def _matched(
    connection: Connection, table: Table, change: Change, items: Sequence[Item]
) -> list[Item]:
    keys = [table.field(name) for name in change.upsert.merge_on] if change.upsert else []
    rows = await storage.records(connection, table)
    result = []
    for item in items:
        cells = Writer(table, change.typecast).clean(item.fields)
        same = [r for r in rows if all(r.fields.get(k.id) == cells.get(k.id) for k in keys)]
        if item.id is None and len(same) > 1:
            message = "Cannot update more than one record for the same merge key"
            raise typed(422, "INVALID_RECORDS", message)
        result.append(item if item.id or not same else Item(id=same[0].id, fields=item.fields))
    return result


async def _written(
    connection: Connection,
    writer: Writer,
    change: Change,
    made: Sequence[Record],
    changed: Sequence[Record],
    order: Sequence[str] | None = None,
) -> Written:
    table = writer.table
    if writer.grown:
        await storage.save_fields(connection, table)
    names = await storage.link_names(connection, table)
    query = ListQuery(by_id=change.by_id)
    answers = {r.id: rendered(Row(table, r, names), table, query) for r in [*made, *changed]}
    created, updated = [r.id for r in made], [r.id for r in changed]
    return Written([answers[i] for i in (order or [*created, *updated])], created, updated)
