"""Bases and their schema."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pyairtable import Api
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import tagged
from starlette.responses import Response

from ..cached import AirtableCache
from ..client import AirtableClient
from ..domain.answers import BaseList, TableList, TableSchema
from ..domain.bodies import BaseId

ALL_BASES = "bases"


def hit_or_miss(cached: bool) -> dict[str, str]:
    """The header that says where an answer came from."""
    return {"X-Cache": "hit" if cached else "miss"}


def _bases(api: Api) -> list[dict[str, Any]]:
    return [
        {"id": base.id, "name": base.name, "permission_level": base.permission_level}
        for base in api.bases(force=True)
    ]


def _tables(api: Api, base: str) -> list[dict[str, Any]]:
    schema = api.base(base).schema(force=True)
    return [table.model_dump(mode="json", exclude_none=True) for table in schema.tables]


def bases_router(client: AirtableClient, cache: AirtableCache) -> APIRouter:
    """The routes of bases, tables and their schema."""
    router = APIRouter(tags=["bases"])

    async def tables_of(base: str) -> tuple[list[dict[str, Any]], bool]:
        async def load() -> list[dict[str, Any]]:
            return await client.run(base, lambda api: _tables(api, base), repeatable=True)

        return await cache.schema(base, load)

    @router.get("/bases", response_model=BaseList)
    async def bases(request: Request) -> Response:
        """List the bases that the token can see."""

        async def load() -> list[dict[str, Any]]:
            return await client.run(ALL_BASES, _bases, repeatable=True)

        found, cached = await cache.schema(ALL_BASES, load)
        return tagged(request, {"bases": found}, hit_or_miss(cached))

    @router.get("/bases/{base}/tables", response_model=TableList)
    async def tables(base: BaseId, request: Request) -> Response:
        """Describe the tables of a base."""
        found, cached = await tables_of(base)
        return tagged(request, {"tables": found}, hit_or_miss(cached))

    @router.get("/bases/{base}/tables/{table}", response_model=TableSchema)
    async def one_table(base: BaseId, table: str, request: Request) -> Response:
        """Describe one table, by id or name."""
        found, cached = await tables_of(base)
        for each in found:
            if table in (each["id"], each["name"]):
                return tagged(request, each, hit_or_miss(cached))
        raise ApiError(404, "airtable_not_found", "There is no such table in this base.")

    return router
