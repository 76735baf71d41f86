"""Profiles in PostgreSQL; row-level security decides which are seen and which are changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller
from pyairtable_shared.texts import containing

from .cached import Profile

_COLUMNS = sql.SQL(
    "id::text, user_id::text, email, first_name, last_name, display_name, avatar_url, bio,"
    " preferences, tenant_id::text, role, to_json(created_at) #>> '{}' AS created_at,"
    " to_json(updated_at) #>> '{}' AS updated_at"
)
_SELECT = sql.SQL("SELECT {} FROM users.profiles").format(_COLUMNS)
_MATCHES = sql.SQL(
    " WHERE concat_ws(' ', email, first_name, last_name, display_name) ILIKE %(text)s"
)


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a column, and which end first."""

    column: str
    descending: bool


class Storage:
    """Profiles as a caller sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, caller: Caller, user_id: UUID) -> Profile | None:
        """Return one profile."""
        async with self._transaction(caller) as connection:
            found = await connection.execute(_SELECT + sql.SQL(" WHERE user_id = %s"), (user_id,))
            return await found.fetchone()

    async def update(
        self, caller: Caller, user_id: UUID, changes: Mapping[str, Any]
    ) -> Profile | None:
        """Change some fields of a profile and return it, None when that is not allowed."""
        values = {k: Jsonb(v) if k == "preferences" else v for k, v in changes.items()}
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in values
        )
        statement = sql.SQL(
            "UPDATE users.profiles SET {}, updated_at = now() WHERE user_id = %(user_id)s "
            "RETURNING {}"
        ).format(assignments, _COLUMNS)
        async with self._transaction(caller) as connection:
            done = await connection.execute(statement, {**values, "user_id": user_id})
            return await done.fetchone()

    async def delete(
        self, caller: Caller, user_id: UUID, revoke: Callable[[], Awaitable[None]]
    ) -> str:
        """Remove the whole account; returns deleted, forbidden or not_found.

        revoke: ends the tokens of a removed account, before anybody sees that it is gone; when
        it raises, nothing is removed.
        """
        async with self._transaction(caller) as connection:
            done = await connection.execute("SELECT users.delete_account(%s) AS it", (user_id,))
            row = await done.fetchone()
            outcome = str(row["it"]) if row else "not_found"
            if outcome == "deleted":
                await revoke()
            return outcome

    async def search(
        self, caller: Caller, text: str, page: int, size: int, order: Order
    ) -> tuple[list[Profile], int]:
        """Return one page of the profiles that hold a text, and how many there are in all."""
        values = {"text": containing(text), "size": size, "offset": (page - 1) * size}
        direction: LiteralString = "DESC" if order.descending else "ASC"
        sorted_page = sql.SQL(" ORDER BY profiles.{} {}, profiles.id LIMIT %(size)s").format(
            sql.Identifier(order.column), sql.SQL(direction)
        ) + sql.SQL(" OFFSET %(offset)s")
        async with self._transaction(caller) as connection:
            counted = await connection.execute(
                sql.SQL("SELECT count(*) AS total FROM users.profiles") + _MATCHES, values
            )
            total = await counted.fetchone()
            found = await connection.execute(_SELECT + _MATCHES + sorted_page, values)
            return await found.fetchall(), int(total["total"]) if total else 0

    @asynccontextmanager
    async def _transaction(self, caller: Caller) -> AsyncIterator[AsyncConnection[DictRow]]:
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id, platform_admin=is_platform_admin(caller)
        ) as connection:
            yield connection


def is_platform_admin(caller: Caller) -> bool:
    """Whether a caller may see and change the users of all tenants."""
    return caller.role == "admin"
