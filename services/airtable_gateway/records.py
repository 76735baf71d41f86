"""Reading and writing records through pyairtable, many of them ten at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from pyairtable import Api
from pyairtable.api.table import Table
from pyairtable_shared.errors import ApiError

from .cached import AirtableCache
from .client import AirtableClient

CHUNK = Api.MAX_RECORDS_PER_REQUEST
Item = TypeVar("Item")
OnTable = Callable[[Table], Any]


def page(table: Table, options: dict[str, Any]) -> dict[str, Any]:
    """One page of records, with the offset of the next if there is one."""
    answer: dict[str, Any] = table.api.request(
        "get", table.urls.records, fallback=("post", table.urls.records_post), options=options
    )
    return answer


class Records:
    """The records of Airtable's tables. table: a table's id or name."""

    def __init__(self, client: AirtableClient, cache: AirtableCache) -> None:
        self._client, self._cache = client, cache

    async def list_page(self, base: str, table: str, options: dict[str, Any]) -> tuple[Any, bool]:
        """A page of records, and whether it was cached."""
        try:
            return await self._read(base, table, options, lambda t: page(t, options))
        except ApiError as error:
            if "offset" in options and error.code == "airtable_invalid_request":
                # A cached first page may name an iterator that Airtable has let go.
                await self._cache.written(base, schema=False)
            raise

    async def get(self, base: str, table: str, record: str) -> tuple[Any, bool]:
        """A record, and whether it was cached."""
        return await self._read(base, table, {"id": record}, lambda t: t.get(record))

    async def write(self, base: str, table: str, call: OnTable, *, typecast: bool) -> Any:
        """The result of one writing request; what was cached of the base is forgotten."""
        try:
            return await self._client.run(
                base, lambda api: call(api.table(base, table)), repeatable=False
            )
        finally:
            # Also after a failure: it may have been done all the same.
            await self._cache.written(base, schema=typecast)

    async def write_many(
        self,
        base: str,
        table: str,
        items: Sequence[Item],
        call: Callable[[Table, Sequence[Item]], Any],
        *,
        typecast: bool = False,
    ) -> list[Any]:
        """The results for all items, sent in chunks in order.

        Raises ApiError, which says how many were done before the chunk that failed.
        """
        done: list[Any] = []
        for start in range(0, len(items), CHUNK):
            chunk = items[start : start + CHUNK]
            send = partial(_swapped, call, chunk)
            try:
                done.append(await self.write(base, table, send, typecast=typecast))
            except ApiError as error:
                raise _partly(error, start, len(items)) from error
        return done

    async def _read(
        self, base: str, table: str, question: dict[str, Any], call: OnTable
    ) -> tuple[Any, bool]:
        async def load() -> Any:
            return await self._client.run(
                base, lambda api: call(api.table(base, table)), repeatable=True
            )

        return await self._cache.records(base, {"table": table, **question}, load)


def _swapped(call: Callable[[Table, Sequence[Item]], Any], chunk: Sequence[Item], t: Table) -> Any:
    return call(t, chunk)


def _partly(error: ApiError, done: int, total: int) -> ApiError:
    if done == 0:
        return error
    message = f"{done} of {total} records were written, then: {error.message}"
    return ApiError(error.status, error.code, message, error.headers)
