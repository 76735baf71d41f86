"""mcp-server: every tool over both transports, in front of a real airtable-gateway."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from airtable_emulator.samples import CRM_BASE, PROJECTS_BASE
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_server.application import application
from mcp_server.settings import Settings
from mcp_types import CallToolResult, TextContent, TextResourceContents

from .mcp_server_fixtures import TENANT, USER, Tools, tools
from .running import running
from .surroundings import ROOT, Surroundings, serving

ALL_TOOLS = {
    "list_bases",
    "list_tables",
    "get_schema",
    "get_records",
    "get_record",
    "create_record",
    "update_record",
    "delete_record",
    "batch_create",
    "batch_update",
    "search_records",
    "analyze_table",
    "find_duplicates",
    "export_csv",
}
TASKS: dict[str, Any] = {"base_id": PROJECTS_BASE, "table": "Tasks"}
CONTACTS: dict[str, Any] = {"base_id": CRM_BASE, "table": "Contacts"}


@pytest.fixture(scope="module")
def stack(surroundings: Surroundings) -> Iterator[Tools]:
    """The three processes."""
    with tools(surroundings) as started:
        yield started


Connect = Callable[[], contextlib.AbstractAsyncContextManager[Client]]


def over_http(stack: Tools, mode: str) -> Connect:
    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        async with httpx2.AsyncClient(headers=stack.headers, timeout=30) as http:
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


async def call(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def test_every_tool_works_in_a_session(connect: Connect) -> None:
    async with connect() as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(listed) == ALL_TOOLS
        assert all(tool.description and tool.output_schema for tool in listed.values())
        used = await reading_tools(client) | await writing_tools(client)
        used |= await insight_tools(client)
        assert used == ALL_TOOLS


async def reading_tools(client: Client) -> set[str]:
    bases = (await call(client, "list_bases"))["bases"]
    assert PROJECTS_BASE in [base["id"] for base in bases]
    found = (await call(client, "list_tables", base_id=PROJECTS_BASE))["tables"]
    assert [(table["name"], table["primary_field"]) for table in found] == [
        ("Projects", "Name"),
        ("Tasks", "Title"),
    ]
    whole = await call(client, "get_schema", base_id=PROJECTS_BASE)
    one = await call(client, "get_schema", **TASKS)
    assert one["tables"] == [whole["tables"][1]]
    query = {"formula": "{Priority} > 3", "sort": ["-Priority", "Title"], "fields": ["Title"]}
    first = await call(client, "get_records", **TASKS, **query, page_size=3)
    second = await call(
        client, "get_records", **TASKS, **query, page_size=3, offset=first["offset"]
    )
    titles = [each["fields"]["Title"] for each in first["records"] + second["records"]]
    assert titles == [
        "Find the missing rows",
        "Fix the basket",
        "Load last year's orders",
        "Sketch the screens",
    ]
    record = await call(client, "get_record", **TASKS, record_id=first["records"][0]["id"])
    assert record["fields"]["Priority"] == 5
    hits = await call(client, "search_records", **TASKS, query="YEAR'S")
    assert [hit["fields"]["Title"] for hit in hits["records"]] == ["Load last year's orders"]
    return {
        "list_bases",
        "list_tables",
        "get_schema",
        "get_records",
        "get_record",
        "search_records",
    }


async def writing_tools(client: Client) -> set[str]:
    made = await call(client, "create_record", **TASKS, fields={"Title": "one", "Priority": 1})
    ids = {"record_id": made["id"]}
    changed = await call(client, "update_record", **TASKS, **ids, fields={"Done": True})
    assert (changed["fields"]["Title"], changed["fields"]["Done"]) == ("one", True)
    many = await call(client, "batch_create", **TASKS, records=[{"Title": "a"}] * 11)
    assert many["count"] == 11
    changes = [{"id": each["id"], "fields": {"Title": "b"}} for each in many["records"]]
    updated = await call(client, "batch_update", **TASKS, records=changes)
    assert {each["fields"]["Title"] for each in updated["records"]} == {"b"}
    for each in [made, *many["records"]]:
        gone = await call(client, "delete_record", **TASKS, record_id=each["id"])
        assert gone == {"id": each["id"], "deleted": True}
    return {"create_record", "update_record", "delete_record", "batch_create", "batch_update"}


async def insight_tools(client: Client) -> set[str]:
    analysis = await call(client, "analyze_table", **TASKS)
    fields = {field["name"]: field for field in analysis["fields"]}
    assert (analysis["record_count"], analysis["complete"]) == (7, True)
    assert (fields["Due"]["filled"], fields["Due"]["fill_rate"]) == (5, 0.7143)
    assert (fields["Due"]["minimum"], fields["Due"]["maximum"]) == (
        "2025-12-01T08:00:00.000Z",
        "2026-04-15T09:30:00.000Z",
    )
    assert (fields["Estimate"]["minimum"], fields["Estimate"]["maximum"]) == (1, 16)
    assert fields["Priority"]["distinct"] == 5
    twins = [{"Name": "ADA  jensen ", "Email": "x@y.example"}, {"Name": "＝1+1"}]  # noqa: RUF001
    added = await call(client, "batch_create", **CONTACTS, records=twins)
    found = await call(client, "find_duplicates", **CONTACTS, fields=["Name"])
    assert found["duplicate_count"] == 1
    assert found["groups"][0]["record_ids"][1] == added["records"][0]["id"]
    exported = await call(client, "export_csv", **CONTACTS, fields=["Name", "Chance"])
    rows = list(csv.reader(io.StringIO(exported["csv"])))
    assert rows[0] == ["record_id", "Name", "Chance"]
    assert rows[1][1:] == ["Ada Jensen", "0.4"]
    assert rows[-1][1] == "'＝1+1"  # noqa: RUF001
    for each in added["records"]:
        await call(client, "delete_record", **CONTACTS, record_id=each["id"])
    return {"analyze_table", "find_duplicates", "export_csv"}


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
    deadline = time.monotonic() + 5
    while len(stack.gateway.output) == before and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    requests = [json.loads(line) for line in stack.gateway.output[before:]]
    seen = [line for line in requests if line.get("route") == "/bases"]
    assert [(line["user_id"], line["request_id"]) for line in seen] == [(USER, "request-of-tools")]


def test_only_services_may_call(stack: Tools) -> None:
    for headers in ({}, {"X-API-Key": "wrong"}):
        for method, path in (("POST", "/mcp"), ("GET", "/tools"), ("POST", "/tools/call")):
            answer = httpx.request(method, stack.server.url + path, headers=headers, json={})
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_without_sessions_there_is_nothing_to_listen_to(stack: Tools) -> None:
    answer = httpx.get(f"{stack.server.url}/mcp", headers=stack.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_tools_are_called_over_plain_http(stack: Tools) -> None:
    with httpx.Client(base_url=stack.server.url, headers=stack.headers, timeout=30) as client:
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
            answer = httpx.post(started.url + path, headers=headers, json=body, timeout=20)
            assert "airtable_invalid_request" in answer.text
        assert started.stop() == 0
    assert not any("SecretName" in line for line in started.output)
    assert all(json.loads(line)["service"] == "mcp-server" for line in started.output)
