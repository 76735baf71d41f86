"""Taking a file in: piece by piece into PostgreSQL, checked on the way."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import Any
from uuid import UUID

from fastapi import Request
from psycopg.rows import DictRow
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from ..queue.jobs import EXTRACT, Jobs
from ..settings import Settings
from .kinds import TYPES, Content
from .multipart import OneFile
from .names import sanitised
from .storage import CHUNK_BYTES, FileStorage

# Archives that are whole in memory at once, to look into them.
_WHOLE_AT_ONCE = 2


class Uploads:
    """Takes files in. No transaction is open while the client is waited for."""

    def __init__(
        self, settings: Settings, database: Database, storage: FileStorage, jobs: Jobs
    ) -> None:
        self._settings, self._database = settings, database
        self._storage, self._jobs = storage, jobs
        self._whole = asyncio.Semaphore(_WHOLE_AT_ONCE)

    async def take(self, caller: Caller, request: Request) -> dict[str, Any]:
        """Return the stored file, whose text is read next. Raises ApiError 413, 415, 422."""
        form = OneFile(request, self._settings.max_file_size)
        upload = _Upload(self._storage, caller, self._settings.allowed_extensions)
        try:
            async with contextlib.aclosing(form.pieces()) as pieces:
                async for piece in pieces:
                    await upload.add(form.name, piece)
            await upload.end(form.name)
            await self._check(caller, upload)
            return await self._finish(caller, upload)
        except BaseException as error:
            await asyncio.shield(upload.undo())
            if isinstance(error, ApiError):
                await form.drain()
            raise

    async def _check(self, caller: Caller, upload: _Upload) -> None:
        if not upload.content.packed:
            upload.content.end()
            return
        async with self._whole:
            whole = await self._storage.whole(caller, upload.id)
            await asyncio.to_thread(upload.content.end, whole)

    async def _finish(self, caller: Caller, upload: _Upload) -> DictRow:
        key = f"file:{upload.id}"
        async with self._database.tenant_transaction(caller.tenant_id, caller.user_id) as link:
            job = await self._jobs.defer(
                link,
                EXTRACT,
                lock=key,
                tenant_id=str(caller.tenant_id),
                user_id=str(caller.user_id),
                file_id=str(upload.id),
            )
            done = await link.execute(
                "UPDATE automation.files SET status = 'pending', size = %s, digest = %s,"
                " job_id = %s WHERE id = %s RETURNING *",
                (upload.size, upload.digest.hexdigest(), job, upload.id),
            )
            row = await done.fetchone()
        if row is None:
            raise ApiError(409, "upload_lost", "The upload took too long; send it again")
        return row


class _Upload:
    """One file on its way in."""

    def __init__(self, storage: FileStorage, caller: Caller, allowed: tuple[str, ...]) -> None:
        self._storage, self._caller, self._allowed = storage, caller, allowed
        self._id: UUID | None = None
        self._waiting, self._position = bytearray(), 0
        self.size, self.digest = 0, hashlib.sha256()
        self.content = Content("")

    @property
    def id(self) -> UUID:
        """The file's id."""
        if self._id is None:
            raise RuntimeError("the upload has not begun")
        return self._id

    async def add(self, given: str, piece: bytes) -> None:
        """Take the next bytes."""
        await self._begin(given)
        self.content.feed(piece)
        self.size += len(piece)
        self.digest.update(piece)
        self._waiting += piece
        while len(self._waiting) >= CHUNK_BYTES:
            await self._store(bytes(self._waiting[:CHUNK_BYTES]))
            del self._waiting[:CHUNK_BYTES]

    async def end(self, given: str) -> None:
        """Store what is left. Raises ApiError 422 for an empty file."""
        await self._begin(given)
        if not self.size:
            raise ApiError(422, "file_empty", "The file is empty")
        if self._waiting:
            await self._store(bytes(self._waiting))

    async def undo(self) -> None:
        """Remove what was stored; what cannot be is removed in the background."""
        if self._id is not None:
            with contextlib.suppress(ApiError):
                await self._storage.delete(self._caller, self._id)

    async def _begin(self, given: str) -> None:
        if self._id is not None:
            return
        name, extension = sanitised(given)
        if extension not in self._allowed:
            listed = ", ".join(self._allowed)
            raise ApiError(422, "file_type_not_allowed", f"A file may be one of: {listed}")
        self.content = Content(extension)
        self._id = await self._storage.begin(self._caller, name, extension, TYPES[extension])

    async def _store(self, data: bytes) -> None:
        await self._storage.append(self._caller, self.id, self._position, data)
        self._position += 1
