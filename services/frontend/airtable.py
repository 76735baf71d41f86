"""Bases, tables and records as the gateway has them."""

from __future__ import annotations

import asyncio
from typing import Any

from .api import Api
from .domain.tables import Table
from .gateway import GatewayError
from .pages import part

PAGE_SIZE = 25
# Names are looked up for so many links; more of them are chosen elsewhere.
MOST_LINKED = 100


def records_path(base: str, table: str) -> str:
    """Return where the records of a table are."""
    return f"/airtable/bases/{base}/tables/{table}/records"


async def base_name(user: Api, base: str) -> str:
    """Return what a base is called, its id when that cannot be found out."""
    found = await part(user.get("/airtable/bases"), {"bases": []})
    return next((str(each["name"]) for each in found.value["bases"] if each["id"] == base), base)


async def records_of(
    user: Api, base: str, table: Table, q: str, sort: str, offset: str | None
) -> dict[str, Any]:
    """Return a page of records. q: a text that their names hold; sort: a field, - for down."""
    names = {each.name for each in table.fields}
    found: dict[str, Any] = await user.get(
        records_path(base, table.id),
        page_size=PAGE_SIZE,
        offset=offset,
        sort=sort if sort.removeprefix("-") in names else None,
        formula=_search(table.fields[0].name, q) if q.strip() else None,
    )
    return found


def _search(name: str, text: str) -> str:
    """Return the formula for records whose field holds a text, whatever the case."""
    quoted = text.strip().lower().replace("\\", "\\\\").replace('"', '\\"')
    return f'SEARCH("{quoted}", LOWER({{{name}}} & ""))'


async def table_of(user: Api, base: str, table: str) -> Table:
    """Return a table with the names of the records that it may link to."""
    found = await user.get(f"/airtable/bases/{base}/tables")
    schemas = {str(each["id"]): each for each in found["tables"]}
    if table not in schemas:
        raise GatewayError(404, "airtable_not_found", "There is no such table in this base.")
    plain = Table(schemas[table])
    wanted = [each.linked_table for each in plain.fields if each.linked_table in schemas]
    others = [Table(schemas[each]) for each in dict.fromkeys(wanted) if each]
    names = await asyncio.gather(*(_names(user, base, each) for each in others))
    return Table(plain.schema, {each.id: known for each, known in zip(others, names, strict=True)})


async def _names(user: Api, base: str, table: Table) -> dict[str, str]:
    primary = table.fields[0].name
    asked = user.get(records_path(base, table.id), fields=[primary], page_size=MOST_LINKED)
    found = await part(asked, {"records": []})
    return {each["id"]: table.title(each) for each in found.value["records"]}
