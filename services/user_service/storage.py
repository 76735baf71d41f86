"""Profiles in PostgreSQL; row-level security shows those of the caller's tenant only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller

Profile = dict[str, Any]
COLUMNS = (
    "id",
    "user_id",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "avatar_url",
    "bio",
    "preferences",
    "tenant_id",
    "role",
    "created_at",
    "updated_at",
)
SORTABLE = ("created_at", "updated_at", "email", "first_name", "last_name", "display_name")
_SELECT = sql.SQL("SELECT {} FROM users.profiles").format(
    sql.SQL(", ").join(sql.Identifier(column) for column in COLUMNS)
)


class Storage:
    """The profiles that a caller may see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, caller: Caller, user_id: UUID) -> Profile | None:
        """Return one profile."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(_SELECT + sql.SQL(" WHERE user_id = %s"), (user_id,))
            return await found.fetchone()

    async def update(
        self, caller: Caller, user_id: UUID, changes: Mapping[str, Any]
    ) -> Profile | None:
        """Change some fields of a profile and return it."""
        values = {k: Jsonb(v) if k == "preferences" else v for k, v in changes.items()}
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in values
        )
        statement = sql.SQL(
            "UPDATE users.profiles SET {}, updated_at = now() WHERE user_id = %(user_id)s "
            "RETURNING {}"
        ).format(assignments, sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            done = await link.execute(statement, {**values, "user_id": user_id})
            return await done.fetchone()

    async def delete(self, caller: Caller, user_id: UUID) -> bool:
        """Remove the whole account; whether there was one in the caller's tenant."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            done = await link.execute("SELECT users.delete_account(%s) AS done", (user_id,))
            row = await done.fetchone()
            return bool(row and row["done"])

    async def search(
        self, caller: Caller, text: str, page: int, size: int, sort: str, descending: bool
    ) -> tuple[list[Profile], int]:
        """Return one page of the profiles that hold a text, and how many there are in all."""
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        condition = sql.SQL(
            " WHERE concat_ws(' ', email, first_name, last_name, display_name) ILIKE %(text)s"
        )
        order = sql.SQL(" ORDER BY {} {}, id LIMIT %(size)s OFFSET %(offset)s").format(
            sql.Identifier(sort), sql.SQL("DESC" if descending else "ASC")
        )
        values = {"text": pattern, "size": size, "offset": (page - 1) * size}
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            counted = await link.execute(
                sql.SQL("SELECT count(*) AS total FROM users.profiles") + condition, values
            )
            total = await counted.fetchone()
            found = await link.execute(_SELECT + condition + order, values)
            return await found.fetchall(), int(total["total"]) if total else 0
