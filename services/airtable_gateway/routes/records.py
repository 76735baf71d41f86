"""Records of a table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pyairtable.api.types import UpdateRecordDict
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import tagged
from starlette.responses import Response

from ..domain.answers import (
    Deleted,
    DeletedList,
    Record,
    RecordList,
    RecordPage,
    Upserted,
)
from ..domain.bodies import (
    BaseId,
    ChangeMany,
    ChangeOne,
    Create,
    DeleteMany,
    ListQuery,
    RecordId,
    Upsert,
)
from ..records import Records
from .bases import hit_or_miss

ALL = "/bases/{base}/tables/{table}/records"
ONE = ALL + "/{record}"


def _table_name(table: str) -> str:
    if table in (".", ".."):
        # In an address these would lead to another part of Airtable.
        raise ApiError(404, "airtable_not_found", "There is no such table in this base.")
    return table


TableName = Annotated[str, Depends(_table_name)]


def read_router(records: Records) -> APIRouter:
    """The routes that read records."""
    router = APIRouter(tags=["records"])

    @router.get(ALL, response_model=RecordPage)
    async def list_records(
        base: BaseId, table: TableName, query: Annotated[ListQuery, Query()], request: Request
    ) -> Response:
        """List a page of records; `offset` in the answer asks for the next."""
        found, cached = await records.list_page(base, table, query.options())
        return tagged(request, found, hit_or_miss(cached))

    @router.get(ONE, response_model=Record)
    async def get_record(
        base: BaseId, table: TableName, record: RecordId, request: Request
    ) -> Response:
        """Give one record."""
        found, cached = await records.get(base, table, record)
        return tagged(request, found, hit_or_miss(cached))

    return router


def create_router(records: Records) -> APIRouter:
    """The routes that make records."""
    router = APIRouter(tags=["records"])

    @router.post(ALL, status_code=201, response_model=Record | RecordList)
    async def create(base: BaseId, table: TableName, body: Create) -> Any:
        """Make one record, or many."""
        cast = body.typecast
        if body.records is None:
            fields = body.fields or {}
            return await records.write(
                base, table, lambda t: t.create(fields, typecast=cast), typecast=cast
            )
        items = [record.fields for record in body.records]
        done = await records.write_many(
            base, table, items, lambda t, c: t.batch_create(c, typecast=cast), typecast=cast
        )
        return {"records": [record for chunk in done for record in chunk]}

    @router.post(f"{ALL}/upsert", response_model=Upserted)
    async def upsert(base: BaseId, table: TableName, body: Upsert) -> Any:
        """Update records that match in the key fields, make the others."""
        keys, cast = body.key_fields, body.typecast
        items = [{"fields": record.fields} for record in body.records]
        done = await records.write_many(
            base, table, items, lambda t, c: t.batch_upsert(c, keys, typecast=cast), typecast=cast
        )
        parts = {"records": "records", "created": "createdRecords", "updated": "updatedRecords"}
        return {
            name: [each for chunk in done for each in chunk[key]] for name, key in parts.items()
        }

    return router


def change_router(records: Records) -> APIRouter:
    """The routes that update (PATCH) and replace (PUT) records."""
    router = APIRouter(tags=["records"])

    async def one(base: str, table: str, record: str, body: ChangeOne, replace: bool) -> Any:
        return await records.write(
            base,
            table,
            lambda t: t.update(record, body.fields, replace=replace, typecast=body.typecast),
            typecast=body.typecast,
        )

    async def many(base: str, table: str, body: ChangeMany, replace: bool) -> Any:
        cast = body.typecast
        items: list[UpdateRecordDict] = [
            {"id": record.id, "fields": record.fields} for record in body.records
        ]
        done = await records.write_many(
            base,
            table,
            items,
            lambda t, c: t.batch_update(c, replace=replace, typecast=cast),
            typecast=cast,
        )
        return {"records": [record for chunk in done for record in chunk]}

    @router.patch(ONE, response_model=Record)
    async def update(base: BaseId, table: TableName, record: RecordId, body: ChangeOne) -> Any:
        """Set some values of a record."""
        return await one(base, table, record, body, replace=False)

    @router.put(ONE, response_model=Record)
    async def replace(base: BaseId, table: TableName, record: RecordId, body: ChangeOne) -> Any:
        """Set all values of a record; those not given are emptied."""
        return await one(base, table, record, body, replace=True)

    @router.patch(ALL, response_model=RecordList)
    async def update_many(base: BaseId, table: TableName, body: ChangeMany) -> Any:
        """Set some values of many records."""
        return await many(base, table, body, replace=False)

    @router.put(ALL, response_model=RecordList)
    async def replace_many(base: BaseId, table: TableName, body: ChangeMany) -> Any:
        """Set all values of many records."""
        return await many(base, table, body, replace=True)

    return router


def delete_router(records: Records) -> APIRouter:
    """The routes that delete records."""
    router = APIRouter(tags=["records"])

    @router.delete(ONE, response_model=Deleted)
    async def delete(base: BaseId, table: TableName, record: RecordId) -> Any:
        """Delete a record."""
        return await records.write(base, table, lambda t: t.delete(record), typecast=False)

    @router.delete(ALL, response_model=DeletedList)
    async def delete_many(base: BaseId, table: TableName, body: DeleteMany) -> Any:
        """Delete many records."""
        done = await records.write_many(
            base, table, body.records, lambda t, c: t.batch_delete(list(c))
        )
        return {"records": [record for chunk in done for record in chunk]}

    return router
