"""Calls of airtable-gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from mcp.server.mcpserver.exceptions import ToolError
from pyairtable_shared.settings import read_secret

from .forwarded import forwarded
from .settings import Settings

PAGE = 100
"""Airtable's largest page of records."""

CONNECT_SECONDS = 3.0


class Airtable:
    """Airtable through its gateway.

    base: a base's id. table: a table's id or name. All methods raise ToolError, whose message
    holds the gateway's error code, for what is refused and when the gateway is away.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            base_url=settings.airtable_gateway_url,
            timeout=httpx.Timeout(settings.airtable_gateway_timeout, connect=CONNECT_SECONDS),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def check(self) -> None:
        """Ask the gateway whether it lives; raises when it does not."""
        (await self._client.get("/health")).raise_for_status()

    async def bases(self) -> list[dict[str, Any]]:
        """All bases: id, name, permission_level."""
        found: list[dict[str, Any]] = (await self._ask("GET", "/bases"))["bases"]
        return found

    async def tables(self, base: str) -> list[dict[str, Any]]:
        """The tables of a base with their fields."""
        answer = await self._ask("GET", f"/bases/{_part(base)}/tables")
        found: list[dict[str, Any]] = answer["tables"]
        return found

    async def table(self, base: str, table: str) -> dict[str, Any]:
        """One table with its fields."""
        return await self._ask("GET", await self._table(base, table))

    async def page(self, base: str, table: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """One page of records, with the offset of the next if there is one."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return await self._ask("GET", await self._records(base, table), params=wanted)

    async def records(
        self, base: str, table: str, most: int, query: Mapping[str, Any] | None = None
    ) -> tuple[list[dict[str, Any]], bool]:
        """Up to so many records, page by page, and whether these are all."""
        found: list[dict[str, Any]] = []
        asked = {**(query or {}), "page_size": min(PAGE, most)}
        while True:
            answer = await self.page(base, table, asked)
            found += answer["records"]
            if "offset" not in answer:
                return found[:most], len(found) <= most
            if len(found) >= most:
                return found[:most], False
            asked["offset"] = answer["offset"]

    async def record(self, base: str, table: str, record: str) -> dict[str, Any]:
        """One record."""
        return await self._ask("GET", await self._records(base, table, record))

    async def create(
        self, base: str, table: str, fields: Mapping[str, Any], *, typecast: bool
    ) -> dict[str, Any]:
        """Make a record; return it."""
        body = {"fields": fields, "typecast": typecast}
        return await self._ask("POST", await self._records(base, table), json=body)

    async def update(
        self, base: str, table: str, record: str, fields: Mapping[str, Any], *, typecast: bool
    ) -> dict[str, Any]:
        """Set some values of a record; return it."""
        body = {"fields": fields, "typecast": typecast}
        return await self._ask("PATCH", await self._records(base, table, record), json=body)

    async def delete(self, base: str, table: str, record: str) -> dict[str, Any]:
        """Delete a record; return its id and `deleted`."""
        return await self._ask("DELETE", await self._records(base, table, record))

    async def create_many(
        self, base: str, table: str, rows: Sequence[Mapping[str, Any]], *, typecast: bool
    ) -> list[dict[str, Any]]:
        """Make records; return them."""
        body = {"records": [{"fields": fields} for fields in rows], "typecast": typecast}
        answer = await self._ask("POST", await self._records(base, table), json=body)
        made: list[dict[str, Any]] = answer["records"]
        return made

    async def update_many(
        self, base: str, table: str, changes: Sequence[Mapping[str, Any]], *, typecast: bool
    ) -> list[dict[str, Any]]:
        """Set some values of records, each a mapping of `id` and `fields`; return them."""
        body = {"records": list(changes), "typecast": typecast}
        answer = await self._ask("PATCH", await self._records(base, table), json=body)
        changed: list[dict[str, Any]] = answer["records"]
        return changed

    async def _records(self, base: str, table: str, record: str | None = None) -> str:
        path = f"{await self._table(base, table)}/records"
        return path if record is None else f"{path}/{_part(record)}"

    async def _table(self, base: str, table: str) -> str:
        """The path of a table. A name that would be several parts of a path goes by its id."""
        if "/" in table or table in (".", ".."):
            known = {each["name"]: str(each["id"]) for each in await self.tables(base)}
            if table not in known:
                raise ToolError("airtable_not_found: There is no such table in this base.")
            table = known[table]
        return f"/bases/{_part(base)}/tables/{_part(table)}"

    async def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {**forwarded(), "X-API-Key": read_secret(self._settings.api_key_file)}
        try:
            answer = await self._client.request(method, path, headers=headers, **options)
        except httpx.TimeoutException:
            raise ToolError("airtable_timeout: Airtable did not answer in time.") from None
        except httpx.TransportError:
            raise ToolError("airtable_gateway_unavailable: Try again in a moment.") from None
        if answer.is_success:
            said: dict[str, Any] = answer.json()
            return said
        raise ToolError(_refusal(answer))


def _part(text: str) -> str:
    return quote(text, safe="")


def _refusal(answer: httpx.Response) -> str:
    try:
        error = answer.json()["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return f"airtable_gateway_error: The answer had status {answer.status_code}."
