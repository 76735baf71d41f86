"""mcp-server: every tool over both transports, in front of a real airtable-gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import httpx2
import pytest
from airtable_emulator.samples import PROJECTS_BASE
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_server.application import application
from mcp_server.settings import Settings
from mcp_types import CallToolResult, TextContent, TextResourceContents

from .mcp_calls import ALL_TOOLS, TASKS, call, every_tool
from .mcp_server_fixtures import TENANT, USER, Tools, tools
from .running import running
from .surroundings import ROOT, Surroundings, serving


@pytest.fixture(scope="module")
def stack(surroundings: Surroundings) -> Iterator[Tools]:
    """The three processes."""
    with tools(surroundings) as started:
        yield started


Connect = Callable[[], contextlib.AbstractAsyncContextManager[Client]]


def over_http(stack: Tools, mode: str) -> Connect:
    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        async with httpx2.AsyncClient(headers=stack.headers, timeout=60) as http:
            transport = streamable_http_client(f"{stack.server.url}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                yield client

    return connect


def over_stdio(stack: Tools, surroundings: Surroundings, errors: Path) -> Connect:
    environment = {
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("services", "services/shared")),
        "MCP_SERVER_MODE": "stdio",
        "AIRTABLE_GATEWAY_URL": stack.gateway.url,
        "API_KEY_FILE": str(surroundings.secrets / "api-key"),
        "MCP_USER_ID": USER,
        "MCP_TENANT_ID": TENANT,
        "MCP_REQUEST_ID": "request-of-tools",
    }
    program = StdioServerParameters(
        command=sys.executable, args=["-m", "mcp_server"], env=environment
    )

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        with errors.open("w") as log:
            async with Client(stdio_client(program, errlog=log)) as client:
                yield client

    return connect


@pytest.fixture(params=["http", "http of 2025", "stdio"])
def connect(
    request: pytest.FixtureRequest, stack: Tools, surroundings: Surroundings, tmp_path: Path
) -> Connect:
    """A way to a session of the SDK's client."""
    if request.param == "stdio":
        return over_stdio(stack, surroundings, tmp_path / "errors")
    return over_http(stack, "legacy" if request.param == "http of 2025" else "auto")


async def test_every_tool_works_in_a_session(connect: Connect) -> None:
    async with connect() as client:
        await every_tool(client)


async def test_schemas_can_be_read_as_resources(connect: Connect) -> None:
    async with connect() as client:
        listed = [str(each.uri) for each in (await client.list_resources()).resources]
        templates = (await client.list_resource_templates()).resource_templates
        assert listed == ["airtable://bases"]
        assert [each.uri_template for each in templates] == ["airtable://bases/{base_id}/schema"]
        read = await client.read_resource(f"airtable://bases/{PROJECTS_BASE}/schema")
        (content,) = read.contents
        assert isinstance(content, TextResourceContents)
        schema = json.loads(content.text)
        assert [table["name"] for table in schema["tables"]] == ["Projects", "Tasks"]
        with pytest.raises(MCPError, match="airtable_not_found"):
            await client.read_resource("airtable://bases/appNoSuchBase0000/schema")


async def test_prompts_name_the_tools_to_use(stack: Tools) -> None:
    async with over_http(stack, "auto")() as client:
        names = {each.name for each in (await client.list_prompts()).prompts}
        assert names == {
            "summarize_base",
            "answer_from_table",
            "check_data_quality",
            "add_records_from_text",
        }
        arguments = {"base_id": PROJECTS_BASE, "table": "Tasks"}
        prompt = await client.get_prompt("check_data_quality", arguments)
        (message,) = prompt.messages
        assert isinstance(message.content, TextContent)
        assert PROJECTS_BASE in message.content.text
        assert "find_duplicates" in message.content.text


async def test_a_tool_that_fails_says_why_and_the_session_goes_on(connect: Connect) -> None:
    async with connect() as client:
        unknown = {**TASKS, "record_id": "recNoSuchRecord00"}
        for name, arguments, said in (
            ("get_record", unknown, "airtable_not_found"),
            ("get_records", {**TASKS, "formula": "{Nope"}, "airtable_invalid_request"),
            ("get_schema", {**TASKS, "table": ".."}, "airtable_not_found"),
            ("get_schema", {**TASKS, "table": "Tasks/records"}, "airtable_not_found"),
            ("list_tables", {"base_id": "not a base"}, "base_id"),
            ("find_duplicates", {**TASKS, "fields": ["Nope"]}, "unknown_field"),
        ):
            result = await client.call_tool(name, arguments)
            assert isinstance(result, CallToolResult)
            assert result.is_error
            assert isinstance(result.content[0], TextContent)
            assert said in result.content[0].text
        assert (await call(client, "list_bases"))["bases"]


async def test_only_the_protocol_is_on_standard_output(
    stack: Tools, surroundings: Surroundings, tmp_path: Path
) -> None:
    errors = tmp_path / "errors"
    async with over_stdio(stack, surroundings, errors)() as client:
        result = await client.call_tool("get_record", {**TASKS, "record_id": "recNone"})
        assert isinstance(result, CallToolResult)
        assert result.is_error
    lines = [json.loads(line) for line in errors.read_text().splitlines()]
    assert [
        (line["service"], line["user_id"], line["tool"], line["outcome"]) for line in lines
    ] == [("mcp-server", USER, "get_record", "refused")]


async def test_the_user_and_the_request_are_passed_on(connect: Connect, stack: Tools) -> None:
    before = len(stack.gateway.output)
    async with connect() as client:
        await call(client, "list_bases")
    deadline = time.monotonic() + 60
    while len(stack.gateway.output) == before and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    requests = [json.loads(line) for line in stack.gateway.output[before:]]
    seen = [line for line in requests if line.get("route") == "/bases"]
    assert [(line["user_id"], line["request_id"]) for line in seen] == [(USER, "request-of-tools")]


def test_only_services_may_call(stack: Tools) -> None:
    for headers in ({}, {"X-API-Key": "wrong"}):
        for method, path in (("POST", "/mcp"), ("GET", "/tools"), ("POST", "/tools/call")):
            answer = httpx.request(
                method, stack.server.url + path, headers=headers, json={}, timeout=60
            )
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_without_sessions_there_is_nothing_to_listen_to(stack: Tools) -> None:
    answer = httpx.get(f"{stack.server.url}/mcp", headers=stack.headers, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_tools_are_called_over_plain_http(stack: Tools) -> None:
    with httpx.Client(base_url=stack.server.url, headers=stack.headers, timeout=60) as client:
        listed = client.get("/tools").json()["tools"]
        assert {tool["name"] for tool in listed} == ALL_TOOLS
        reading = {tool["name"] for tool in listed if tool["read_only"]}
        assert "get_records" in reading
        assert "delete_record" not in reading
        done = client.post("/tools/call", json={"name": "get_records", "arguments": TASKS}).json()
        assert (done["success"], done["error"]) == (True, None)
        assert len(done["result"]["records"]) == 7
        failed = client.post("/tools/call", json={"name": "get_records", "arguments": {}})
        assert failed.status_code == 200
        assert (failed.json()["success"], failed.json()["result"]) == (False, None)
        assert "base_id" in failed.json()["error"]
        unknown = client.post("/tools/call", json={"name": "drop_everything"})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_tool")
        strange = client.post("/tools/call", json={"name": "list_bases", "extra": 1})
        assert (strange.status_code, strange.json()["error"]["code"]) == (422, "validation_error")
    assert stack.server.metric("http_requests_total", route="/tools/call", status="200") >= 2
    assert stack.server.metric("mcp_tool_calls_total", tool="get_records", outcome="refused") >= 1


async def test_replicas_can_share_a_client(stack: Tools, surroundings: Surroundings) -> None:
    with running(surroundings, "mcp-server", AIRTABLE_GATEWAY_URL=stack.gateway.url) as other:
        turns = [stack.server.url, other.url]

        async def alternate(request: httpx2.Request) -> None:
            turns.reverse()
            request.url = httpx2.URL(f"{turns[0]}/mcp")

        hooks = {"request": [alternate]}
        async with httpx2.AsyncClient(headers=stack.headers, event_hooks=hooks) as http:
            transport = streamable_http_client(f"{stack.server.url}/mcp", http_client=http)
            async with Client(transport, mode="legacy") as client:
                for _ in range(4):
                    assert (await call(client, "list_bases"))["bases"]
        assert other.metric("http_requests_total", route="/mcp", status="200") >= 2


async def test_without_the_gateway_it_says_so_and_stays_up(surroundings: Surroundings) -> None:
    away = {"AIRTABLE_GATEWAY_URL": "http://127.0.0.1:9"}
    settings = Settings.from_environment({**surroundings.environment("mcp-server"), **away})
    async with serving(application(settings), surroundings.secret("api-key")) as client:
        done = (await client.post("/tools/call", json={"name": "list_bases"})).json()
        assert done["success"] is False
        assert "airtable_gateway_unavailable" in done["error"]
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["checks"]["airtable-gateway"]["status"] == "unhealthy"


def test_it_stops_as_asked_and_logs_nothing_of_users(
    stack: Tools, surroundings: Surroundings
) -> None:
    with running(surroundings, "mcp-server", AIRTABLE_GATEWAY_URL=stack.gateway.url) as started:
        call = {"name": "get_records", "arguments": {**TASKS, "formula": "{SecretName"}}
        for path, body in (
            ("/tools/call", call),
            ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}),
        ):
            headers = {**stack.headers, "Accept": "application/json, text/event-stream"}
            answer = httpx.post(started.url + path, headers=headers, json=body, timeout=60)
            assert "airtable_invalid_request" in answer.text
        assert started.stop() == 0
    assert not any("SecretName" in line for line in started.output)
    assert all(json.loads(line)["service"] == "mcp-server" for line in started.output)
