"""API keys in PostgreSQL; of the keys themselves only their hashes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import sql
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

PREFIX = "pak_"
RANDOM_BYTES = 32
SHOWN_CHARACTERS = len(PREFIX) + 8
MOST_KEYS = 20

Row = dict[str, Any]
_COLUMNS = sql.SQL("id, name, prefix, scopes, created_at, expires_at, last_used_at")
_ADD = sql.SQL(
    "INSERT INTO platform.api_keys (tenant_id, user_id, name, prefix, digest, scopes, expires_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, now() + %s) RETURNING {}"
).format(_COLUMNS)
_LIST = sql.SQL(
    "SELECT {}, used.requests_today, used.requests_30d FROM platform.api_keys k, LATERAL ("
    " SELECT coalesce(sum(d.count) FILTER (WHERE d.day = today.day), 0)::bigint"
    " AS requests_today, coalesce(sum(d.count), 0)::bigint AS requests_30d"
    " FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS day) today"
    " JOIN platform.daily_keys d ON d.day > today.day - 30 AND d.day <= today.day"
    " WHERE d.user_id = k.user_id AND d.key_id = k.id::text) used"
    " ORDER BY created_at DESC, id"
).format(_COLUMNS)
_USE = "SELECT *, platform.key_of(%(digest)s) AS key_id FROM platform.use_key(%(digest)s)"


class Keys:
    """The keys of users. A user sees and revokes just their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, caller: Caller, name: str, scopes: list[str], days: int | None
    ) -> tuple[str, Row]:
        """Make a key and return it with what is kept of it.

        Keys that have run out are removed. Raises ApiError 409 for one too many, or when the
        account is gone.
        """
        key = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        life = None if days is None else timedelta(days=days)
        return key, await self._add(caller, key, name, scopes, life)

    async def _add(
        self, caller: Caller, key: str, name: str, scopes: list[str], life: timedelta | None
    ) -> Row:
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id
        ) as connection:
            # Two at once must not both be the last that is allowed.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"keys:{caller.user_id}",)
            )
            await connection.execute("DELETE FROM platform.api_keys WHERE expires_at <= now()")
            found = await connection.execute("SELECT count(*) AS held FROM platform.api_keys")
            counted = await found.fetchone()
            if counted is None or counted["held"] >= MOST_KEYS:
                raise ApiError(409, "too_many_keys", f"A user may have {MOST_KEYS} keys")
            made = await connection.execute(
                _ADD,
                (
                    caller.tenant_id,
                    caller.user_id,
                    name,
                    key[:SHOWN_CHARACTERS],
                    _digest(key),
                    scopes,
                    life,
                ),
            )
            row = await made.fetchone()
        if row is None:
            raise RuntimeError("a key that was made is not there")
        return row

    async def list(self, caller: Caller) -> list[Row]:
        """Return a user's keys, the newest first."""
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id
        ) as connection:
            found = await connection.execute(_LIST)
            return await found.fetchall()

    async def revoke(self, caller: Caller, key_id: UUID) -> bool:
        """Remove a key; whether it was there."""
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id
        ) as connection:
            done = await connection.execute(
                "DELETE FROM platform.api_keys WHERE id = %s", (key_id,)
            )
            return done.rowcount == 1

    async def use(self, key: str) -> Row | None:
        """Return for whom a key counts and note that it is used, None when it does not count."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_USE, {"digest": _digest(key)})
            return await found.fetchone()


def _digest(key: str) -> bytes:
    """A key is random enough for a plain hash."""
    return hashlib.sha256(key.encode()).digest()
