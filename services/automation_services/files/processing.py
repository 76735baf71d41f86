"""The job that reads a file's text."""

from __future__ import annotations

import asyncio
from uuid import UUID

from procrastinate import JobContext
from pyairtable_shared.database import Database
from pyairtable_shared.logs import logger
from pyairtable_shared.service_auth import Caller

from ..queue.jobs import MOST_TAKEN
from ..sandbox.runner import Limits, Refused, run
from ..settings import Settings
from .storage import FileStorage

# A character has at most so many bytes in UTF-8.
_CHARACTER_BYTES = 4


class Processing:
    """Reads files in a process apart, one at a time in each replica."""

    def __init__(self, settings: Settings, database: Database, storage: FileStorage) -> None:
        self._database, self._storage = database, storage
        self._most = settings.text_characters
        self._limits = Limits(
            settings.extraction_timeout,
            settings.extraction_memory_mib,
            (settings.text_characters + 1) * _CHARACTER_BYTES,
        )
        self._one = asyncio.Semaphore(1)

    async def do(self, context: JobContext, arguments: dict[str, str]) -> None:
        """Read the text of the file that a job names."""
        file_id = UUID(arguments["file_id"])
        caller = Caller(
            user_id=UUID(arguments["user_id"]), tenant_id=UUID(arguments["tenant_id"]), role="user"
        )
        async with self._one:
            extension = await self._take(caller, file_id)
            if extension is None:
                return
            if context.job.attempts >= MOST_TAKEN:
                await self._fail(caller, file_id, "It could not be read in several attempts")
                return
            try:
                text, truncated = await self._read(caller, file_id, extension)
            except Refused as refused:
                await self._fail(caller, file_id, str(refused))
            else:
                await self._done(caller, file_id, text, truncated)

    async def _read(self, caller: Caller, file_id: UUID, extension: str) -> tuple[str, bool]:
        data = await self._storage.whole(caller, file_id)
        output, more = await run(
            "extract", extension, str(self._most), data=data, limits=self._limits
        )
        text = output.decode(errors="replace").replace("\0", "")
        return text[: self._most], more or len(text) > self._most

    async def _take(self, caller: Caller, file_id: UUID) -> str | None:
        """Return the file's extension, None when there is nothing to do any more."""
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            taken = await link.execute(
                "UPDATE automation.files SET status = 'processing'"
                " WHERE id = %s AND status IN ('pending', 'processing') RETURNING extension",
                (file_id,),
            )
            row = await taken.fetchone()
            return None if row is None else str(row["extension"])

    async def _done(self, caller: Caller, file_id: UUID, text: str, truncated: bool) -> None:
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            done = await link.execute(
                "UPDATE automation.files SET status = 'done', reason = NULL, text_truncated = %s,"
                " processed_at = now() WHERE id = %s AND status IN ('processing', 'failed')",
                (truncated, file_id),
            )
            if done.rowcount:
                await link.execute(
                    "INSERT INTO automation.file_texts (file_id, tenant_id, text)"
                    " VALUES (%s, %s, %s) ON CONFLICT (file_id) DO UPDATE SET text = excluded.text",
                    (file_id, caller.tenant_id, text),
                )

    async def _fail(self, caller: Caller, file_id: UUID, reason: str) -> None:
        logger().info("file not read", file_id=str(file_id), reason=reason)
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            await link.execute(
                "UPDATE automation.files SET status = 'failed', reason = %s, processed_at = now()"
                " WHERE id = %s AND status = 'processing'",
                (reason, file_id),
            )
