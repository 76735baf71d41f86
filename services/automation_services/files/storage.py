"""Files in PostgreSQL: their rows, their bytes in chunks, their text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import sql
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller

CHUNK_BYTES = 256 * 1024
_COLUMNS = sql.SQL(
    "id, user_id, name, extension, content_type, size, digest, status, reason, text_truncated,"
    " created_at, processed_at"
)
_SELECT = sql.SQL("SELECT {} FROM automation.files WHERE status <> 'uploading'").format(_COLUMNS)
_OF_STATUS = sql.SQL(" AND (%(status)s::text IS NULL OR status = %(status)s)")

Row = dict[str, Any]


class FileStorage:
    """Files as a caller sees them: those of one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, caller: Caller, name: str, extension: str, content_type: str) -> UUID:
        """Make a file that has no bytes yet and that nobody sees; return its id."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            made = await link.execute(
                "INSERT INTO automation.files (tenant_id, user_id, name, extension, content_type)"
                " VALUES (%s, %s, %s, %s, %s) RETURNING id",
                (caller.tenant_id, caller.user_id, name, extension, content_type),
            )
            row = await made.fetchone()
        if row is None:
            raise RuntimeError("the database returned no row")
        return UUID(str(row["id"]))

    async def append(self, caller: Caller, file_id: UUID, position: int, data: bytes) -> None:
        """Store the next chunk."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            await link.execute(
                "INSERT INTO automation.file_chunks (file_id, position, tenant_id, data)"
                " VALUES (%s, %s, %s, %s)",
                (file_id, position, caller.tenant_id, data),
                binary=True,
            )

    async def get(self, caller: Caller, file_id: UUID) -> Row | None:
        """Return a file."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(_SELECT + sql.SQL(" AND id = %s"), (file_id,))
            return await found.fetchone()

    async def page(
        self, caller: Caller, status: str | None, page: int, size: int
    ) -> tuple[list[Row], int]:
        """Return one page of files, newest first, and how many there are in all."""
        values = {"status": status, "size": size, "offset": (page - 1) * size}
        counting = sql.SQL(
            "SELECT count(*) AS total FROM automation.files WHERE status <> 'uploading'"
        )
        ordered = sql.SQL(" ORDER BY created_at DESC, id LIMIT %(size)s OFFSET %(offset)s")
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            counted = await (await link.execute(counting + _OF_STATUS, values)).fetchone()
            found = await link.execute(_SELECT + _OF_STATUS + ordered, values)
            return await found.fetchall(), int(counted["total"]) if counted else 0

    async def delete(self, caller: Caller, file_id: UUID) -> bool:
        """Remove a file with its bytes and text; whether there was one."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            done = await link.execute("DELETE FROM automation.files WHERE id = %s", (file_id,))
            return done.rowcount == 1

    async def chunk(self, caller: Caller, file_id: UUID, position: int) -> bytes | None:
        """Return a chunk of a file, None after the last."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(
                "SELECT data FROM automation.file_chunks WHERE file_id = %s AND position = %s",
                (file_id, position),
                binary=True,
            )
            row = await found.fetchone()
            return None if row is None else bytes(row["data"])

    async def whole(self, caller: Caller, file_id: UUID) -> bytes:
        """Return all bytes of a file."""
        kept, position = bytearray(), 0
        while (data := await self.chunk(caller, file_id, position)) is not None:
            kept += data
            position += 1
        return bytes(kept)

    async def text(self, caller: Caller, file_id: UUID) -> str | None:
        """Return the text of a file that has been read."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            found = await link.execute(
                "SELECT text FROM automation.file_texts WHERE file_id = %s", (file_id,)
            )
            row = await found.fetchone()
            return None if row is None else str(row["text"])
