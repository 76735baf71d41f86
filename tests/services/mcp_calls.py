"""A session with the MCP server in which every tool is called on the sample data."""

from __future__ import annotations

import csv
import io
from typing import Any

from airtable_emulator.samples import CRM_BASE, PROJECTS_BASE
from mcp import Client
from mcp_types import CallToolResult

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


async def call(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def every_tool(client: Client) -> None:
    """List the tools and call each on the sample data, which is left as it was."""
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
