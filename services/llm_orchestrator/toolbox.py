"""The tools of the MCP server, through the SDK's client."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent
from pyairtable_shared import request_context
from pyairtable_shared.logs import logger
from pyairtable_shared.service_auth import Caller

from .domain.bodies import ToolInfo
from .failures import tools_unavailable
from .settings import Settings

TOOL_SECONDS = 95.0
"""Longer than mcp-server waits for Airtable, so that its reason is heard."""

CONNECT_SECONDS = 3.0

MOST_CHARACTERS = 60_000
"""Of a tool's result that the model reads, about 15,000 tokens."""


class Tools:
    """A session with the MCP server. No method raises for a tool that fails: the model is told."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def listed(self) -> list[ToolInfo]:
        """Return all tools."""
        found, cursor = [], None
        while True:
            page = await self._client.list_tools(cursor=cursor)
            found += [
                ToolInfo(
                    name=tool.name, description=tool.description or "", parameters=tool.input_schema
                )
                for tool in page.tools
            ]
            cursor = page.next_cursor
            if cursor is None:
                return found

    async def call(self, name: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Return what a tool gave, for the model to read, and whether it succeeded."""
        try:
            result = await self._client.call_tool(name, arguments)
        except MCPError as error:
            return {"error": str(error)}, False
        texts = [part.text for part in result.content if isinstance(part, TextContent)]
        if result.is_error:
            return {"error": "\n".join(texts)}, False
        return _bounded(result, texts), True


class _Lent(httpx2.AsyncBaseTransport):
    """A pool of connections that outlives the clients that use it."""

    def __init__(self, pool: httpx2.AsyncHTTPTransport) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass a request on."""
        return await self._pool.handle_async_request(request)


class Toolbox:
    """Opens sessions with the MCP server, over HTTP or stdio as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = httpx2.AsyncHTTPTransport()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.aclose()

    async def check(self) -> None:
        """Ask the server whether it lives; raises when it does not. Over stdio, it is ours."""
        if self._settings.use_http_mcp:
            async with self._http(CONNECT_SECONDS) as client:
                answer = await client.get(f"{self._settings.mcp_server_url}/health")
                answer.raise_for_status()

    @asynccontextmanager
    async def open(self, caller: Caller) -> AsyncIterator[Tools]:
        """Give a session for a user. Raises ApiError 503 when the server cannot be reached."""
        failed: Exception | None = None
        way = self._over_http if self._settings.use_http_mcp else self._over_stdio
        try:
            async with way(caller) as client:
                try:
                    yield Tools(client)
                except Exception as error:
                    # Raised here, the session's task group would wrap it.
                    failed = error
        except (httpx2.HTTPError, MCPError, OSError, ExceptionGroup) as error:
            failed = failed or error
        if failed is None:
            return
        if _of_connection(failed):
            logger().warning("tools unavailable", error=type(failed).__name__)
            raise tools_unavailable() from failed
        raise failed

    @asynccontextmanager
    async def _over_http(self, caller: Caller) -> AsyncIterator[Client]:
        headers = {
            "X-API-Key": self._settings.api_key,
            "X-User-ID": str(caller.user_id),
            "X-Tenant-ID": str(caller.tenant_id),
            "X-User-Role": caller.role,
            "X-Request-ID": request_context.request_id(),
        }
        async with self._http(TOOL_SECONDS, headers) as http:
            address = f"{self._settings.mcp_server_url}/mcp"
            transport = streamable_http_client(address, http_client=http)
            async with Client(transport, read_timeout_seconds=TOOL_SECONDS) as client:
                yield client

    def _http(self, seconds: float, headers: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
        timeout = httpx2.Timeout(seconds, connect=CONNECT_SECONDS)
        return httpx2.AsyncClient(
            transport=_Lent(self._pool), headers=headers, timeout=timeout, trust_env=False
        )

    @asynccontextmanager
    async def _over_stdio(self, caller: Caller) -> AsyncIterator[Client]:
        command, *arguments = shlex.split(self._settings.mcp_server_command)
        program = StdioServerParameters(
            command=command, args=arguments, env=_environment(self._settings, caller)
        )
        transport = stdio_client(program)
        async with Client(transport, read_timeout_seconds=TOOL_SECONDS) as client:
            yield client


def _of_connection(error: BaseException) -> bool:
    if isinstance(error, ExceptionGroup):
        return all(_of_connection(each) for each in error.exceptions)
    return isinstance(error, httpx2.HTTPError | MCPError | OSError)


def _environment(settings: Settings, caller: Caller) -> dict[str, str]:
    given = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    return {
        **given,
        "MCP_SERVER_MODE": "stdio",
        "LOG_LEVEL": settings.log_level,
        "SERVICE_VERSION": settings.service_version,
        "API_KEY_FILE": str(settings.api_key_file),
        "AIRTABLE_GATEWAY_URL": settings.airtable_gateway_url or "",
        "MCP_USER_ID": str(caller.user_id),
        "MCP_TENANT_ID": str(caller.tenant_id),
        "MCP_USER_ROLE": caller.role,
        "MCP_REQUEST_ID": request_context.request_id(),
    }


def _bounded(result: CallToolResult, texts: list[str]) -> dict[str, Any]:
    whole: Any = result.structured_content or "\n".join(texts)
    text = whole if isinstance(whole, str) else json.dumps(whole, ensure_ascii=False)
    if len(text) <= MOST_CHARACTERS:
        return {"result": whole}
    note = f"Only the first {MOST_CHARACTERS} characters; ask for fewer records or fields."
    return {"result": text[:MOST_CHARACTERS], "truncated": note}
