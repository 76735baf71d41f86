"""Airtable's record routes."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.params import Depends
from pyairtable_shared.database import Database

from .. import records, storage
from ..domain.changes import Change, check_count, parse_change
from ..domain.errors import invalid_request, typed
from ..domain.params import from_object, from_query_string
from ..domain.query import ListQuery


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        message = "Could not parse request body"
        raise typed(400, "INVALID_REQUEST_BODY", message) from None


def _answer(change: Change, written: records.Written) -> dict[str, Any]:
    if change.single:
        return written.records[0]
    answer: dict[str, Any] = {"records": written.records}
    if change.upsert:
        answer |= {"createdRecords": written.created, "updatedRecords": written.updated}
    return answer


def read_router(database: Database) -> APIRouter:
    """The routes that read records."""
    router = APIRouter(prefix="/v0")

    async def listed(base_id: str, table: str, query: ListQuery) -> dict[str, Any]:
        async with database.transaction() as connection:
            found = await storage.find_table(connection, base_id, table)
            return await records.list_records(connection, found, query)

    @router.get("/{base_id}/{table}")
    async def list_records(base_id: str, table: str, request: Request) -> dict[str, Any]:
        """List records by query parameters."""
        query = from_query_string(request.query_params.multi_items())
        return await listed(base_id, table, query)

    @router.post("/{base_id}/{table}/listRecords")
    async def list_by_body(base_id: str, table: str, request: Request) -> dict[str, Any]:
        """List records by a body, for options too long for an address."""
        return await listed(base_id, table, from_object(await _body(request)))

    @router.get("/{base_id}/{table}/{record_id}")
    async def get_record(
        base_id: str, table: str, record_id: str, request: Request
    ) -> dict[str, Any]:
        """Give one record."""
        query = from_query_string(request.query_params.multi_items())
        async with database.transaction() as connection:
            found = await storage.find_table(connection, base_id, table)
            return await records.get_record(connection, found, record_id, query)

    return router


def write_router(database: Database) -> APIRouter:
    """The routes that create, update and replace records."""
    router = APIRouter(prefix="/v0")

    @router.post("/{base_id}/{table}")
    async def create(base_id: str, table: str, request: Request) -> dict[str, Any]:
        """Make one record or several."""
        change = parse_change(await _body(request))
        async with database.transaction() as connection:
            found = await storage.find_table(connection, base_id, table, lock=True)
            return _answer(change, await records.create(connection, found, change))

    @router.patch("/{base_id}/{table}")
    @router.put("/{base_id}/{table}")
    async def modify_many(base_id: str, table: str, request: Request) -> dict[str, Any]:
        """Update (PATCH) or replace (PUT) several records, or upsert them."""
        change = parse_change(await _body(request))
        if change.single or (change.upsert is None and any(i.id is None for i in change.items())):
            raise invalid_request("each of records needs an id")
        return await modified(base_id, table, change, request)

    @router.patch("/{base_id}/{table}/{record_id}")
    @router.put("/{base_id}/{table}/{record_id}")
    async def modify_one(
        base_id: str, table: str, record_id: str, request: Request
    ) -> dict[str, Any]:
        """Update (PATCH) or replace (PUT) one record."""
        change = parse_change(await _body(request))
        if not change.single:
            raise invalid_request("records is not allowed here")
        return await modified(base_id, table, change.for_record(record_id), request)

    async def modified(
        base_id: str, table: str, change: Change, request: Request
    ) -> dict[str, Any]:
        async with database.transaction() as connection:
            found = await storage.find_table(connection, base_id, table, lock=True)
            whole = request.method == "PUT"
            return _answer(change, await records.modify(connection, found, change, whole))

    return router


def delete_router(database: Database) -> APIRouter:
    """The routes that delete records."""
    router = APIRouter(prefix="/v0")

    async def removed(base_id: str, table: str, ids: list[str]) -> list[dict[str, Any]]:
        async with database.transaction() as connection:
            found = await storage.find_table(connection, base_id, table, lock=True)
            await records.remove(connection, found, ids)
        return [{"id": record_id, "deleted": True} for record_id in ids]

    @router.delete("/{base_id}/{table}")
    async def delete_many(base_id: str, table: str, request: Request) -> dict[str, Any]:
        """Delete the records that `records[]` names."""
        ids = request.query_params.getlist("records[]")
        check_count(len(ids))
        return {"records": await removed(base_id, table, ids)}

    @router.delete("/{base_id}/{table}/{record_id}")
    async def delete_one(base_id: str, table: str, record_id: str) -> dict[str, Any]:
        """Delete one record."""
        return (await removed(base_id, table, [record_id]))[0]

    return router


def records_router(database: Database, token: Depends, limit: Depends) -> APIRouter:
    """All routes of records, below /v0."""
    router = APIRouter(dependencies=[token, limit])
    for part in (read_router, write_router, delete_router):
        router.include_router(part(database))
    return router
