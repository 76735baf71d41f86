"""The emulator's tables in PostgreSQL (schema `emulator`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from .domain.errors import model_not_found, not_found
from .domain.model import Field, Record, Table
from .samples import SampleBase

Connection = AsyncConnection[DictRow]

_TABLE = "SELECT id, base_id, name, primary_field_id, fields FROM emulator.tables"


_RECORD = "SELECT id, fields, created_time FROM emulator.records"


def _table(row: DictRow) -> Table:
    return Table(**row | {"fields": tuple(Field(**field) for field in row["fields"])})


async def list_bases(connection: Connection) -> list[dict[str, Any]]:
    """All bases as in Airtable's answer, by name."""
    cursor = await connection.execute(
        'SELECT id, name, permission_level AS "permissionLevel" FROM emulator.bases'
        " ORDER BY name, id"
    )
    return await cursor.fetchall()


async def base_tables(connection: Connection, base_id: str) -> list[Table]:
    """A base's tables in order. Raises AirtableError 404 when there is no such base."""
    await require_base(connection, base_id)
    cursor = await connection.execute(
        f"{_TABLE} WHERE base_id = %s ORDER BY position, id", (base_id,)
    )
    return [_table(row) for row in await cursor.fetchall()]


async def require_base(connection: Connection, base_id: str) -> None:
    """Raises AirtableError 404 when there is no such base."""
    cursor = await connection.execute("SELECT 1 FROM emulator.bases WHERE id = %s", (base_id,))
    if await cursor.fetchone() is None:
        raise not_found()


async def find_table(connection: Connection, base_id: str, key: str, lock: bool = False) -> Table:
    """A table by id or name. lock: other writers wait until this transaction ends.

    Raises AirtableError 404 for an unknown base, 403 for an unknown table.
    """
    await require_base(connection, base_id)
    suffix = " FOR UPDATE" if lock else ""
    cursor = await connection.execute(
        f"{_TABLE} WHERE base_id = %s AND (id = %s OR name = %s) ORDER BY id = %s DESC LIMIT 1"
        f"{suffix}",
        (base_id, key, key, key),
    )
    row = await cursor.fetchone()
    if row is None:
        raise model_not_found()
    return _table(row)


async def records(connection: Connection, table: Table) -> list[Record]:
    """All records of a table, oldest first."""
    cursor = await connection.execute(
        f"{_RECORD} WHERE table_id = %s ORDER BY position", (table.id,)
    )
    return [Record(**row) for row in await cursor.fetchall()]


async def records_by_id(
    connection: Connection, table: Table, ids: Sequence[str]
) -> dict[str, Record]:
    """Those of the named records that exist, by id."""
    cursor = await connection.execute(
        f"{_RECORD} WHERE table_id = %s AND id = ANY(%s)", (table.id, list(ids))
    )
    return {row["id"]: Record(**row) for row in await cursor.fetchall()}


async def link_names(connection: Connection, table: Table) -> dict[str, str]:
    """Text of the primary field of every record that the table's links may name, by id."""
    linked = [field.options["linkedTableId"] for field in table.links]
    if not linked:
        return {}
    cursor = await connection.execute(
        "SELECT r.id, coalesce(r.fields ->> t.primary_field_id, '') AS name FROM emulator.records r"
        " JOIN emulator.tables t ON t.id = r.table_id WHERE t.id = ANY(%s)",
        (linked,),
    )
    return {row["id"]: row["name"] for row in await cursor.fetchall()}


async def insert(connection: Connection, table: Table, made: Iterable[Record]) -> None:
    """Add records at the end of a table."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO emulator.records (id, table_id, fields, created_time)"
            " VALUES (%s, %s, %s, %s)",
            [(r.id, table.id, Jsonb(r.fields), r.created_time) for r in made],
        )


async def update(connection: Connection, changed: Iterable[Record]) -> None:
    """Store the fields of existing records."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "UPDATE emulator.records SET fields = %s WHERE id = %s",
            [(Jsonb(r.fields), r.id) for r in changed],
        )


async def save_fields(connection: Connection, table: Table) -> None:
    """Store a table's fields, after select options grew."""
    fields = [field.as_json() for field in table.fields]
    await connection.execute(
        "UPDATE emulator.tables SET fields = %s WHERE id = %s", (Jsonb(fields), table.id)
    )


async def highest_number(connection: Connection, table: Table, field: Field) -> int:
    """The highest value of an autoNumber field, 0 when there is none."""
    cursor = await connection.execute(
        "SELECT coalesce(max((fields ->> %s)::bigint), 0) AS highest FROM emulator.records"
        " WHERE table_id = %s",
        (field.id, table.id),
    )
    row = await cursor.fetchone()
    return int(row["highest"]) if row else 0


async def delete(connection: Connection, table: Table, ids: Sequence[str]) -> None:
    """Remove records, and their ids from the links of the base's other records."""
    await connection.execute(
        "DELETE FROM emulator.records WHERE table_id = %s AND id = ANY(%s)", (table.id, list(ids))
    )
    for owner in await base_tables(connection, table.base_id):
        for field in owner.links:
            if field.options["linkedTableId"] == table.id:
                await _unlink(connection, owner, field, ids)


async def _unlink(connection: Connection, owner: Table, field: Field, ids: Sequence[str]) -> None:
    await connection.execute(
        "UPDATE emulator.records SET fields = CASE"
        " WHEN (fields -> %(field)s) - %(ids)s::text[] = '[]'::jsonb THEN fields - %(field)s"
        " ELSE jsonb_set(fields, ARRAY[%(field)s], (fields -> %(field)s) - %(ids)s::text[]) END"
        " WHERE table_id = %(table)s AND fields -> %(field)s ?| %(ids)s::text[]",
        {"field": field.id, "ids": list(ids), "table": owner.id},
    )


async def seed(connection: Connection, bases: Sequence[SampleBase]) -> list[str]:
    """Add those sample bases that are not there yet, whole or not at all; gives their ids.

    A base that exists is left as it is, whatever was changed in it.
    """
    added = []
    for base in bases:
        cursor = await connection.execute(
            "INSERT INTO emulator.bases (id, name, permission_level) VALUES (%s, %s, 'create')"
            " ON CONFLICT DO NOTHING RETURNING id",
            (base.id, base.name),
        )
        if await cursor.fetchone() is not None:
            await _seed_tables(connection, base)
            added.append(base.id)
    return added


async def _seed_tables(connection: Connection, base: SampleBase) -> None:
    for position, (table, made) in enumerate(base.tables):
        fields = Jsonb([field.as_json() for field in table.fields])
        await connection.execute(
            "INSERT INTO emulator.tables (id, base_id, name, primary_field_id, position, fields)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (table.id, base.id, table.name, table.primary_field_id, position, fields),
        )
        await insert(connection, table, made)
