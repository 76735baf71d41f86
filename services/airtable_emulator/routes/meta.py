"""Airtable's metadata: who asks, which bases, which tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends
from pyairtable_shared.database import Database

from .. import storage


def meta_router(database: Database, token: Depends, limit: Depends) -> APIRouter:
    """The routes below /v0/meta."""
    router = APIRouter(prefix="/v0/meta", dependencies=[token])
    per_base: Sequence[Depends] = [limit]

    @router.get("/whoami")
    async def whoami() -> dict[str, Any]:
        """Say whose token it is."""
        scopes = ("data.records:read", "data.records:write", "schema.bases:read")
        return {"id": "usrEmulatorUser00", "scopes": list(scopes)}

    @router.get("/bases")
    async def bases() -> dict[str, Any]:
        """List the bases."""
        async with database.transaction() as connection:
            return {"bases": await storage.list_bases(connection)}

    @router.get("/bases/{base_id}/tables", dependencies=per_base)
    async def tables(base_id: str) -> dict[str, Any]:
        """Describe the tables of a base."""
        async with database.transaction() as connection:
            found = await storage.base_tables(connection, base_id)
        return {"tables": [table.as_json() for table in found]}

    return router
