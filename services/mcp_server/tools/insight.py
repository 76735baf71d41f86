"""The tools that look at whole tables."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from ..airtable import Airtable
from ..domain import duplicates, spreadsheet
from ..domain.analysis import analyse
from ..domain.answers import Analysis, Csv, Duplicates
from ..domain.arguments import BaseId, FieldName, FieldNames, Formula, ReadMost, TableName, View
from .reading import READS

MOST_GROUPS = 100
"""Groups of duplicates in an answer."""


def add_insight_tools(server: MCPServer, airtable: Airtable) -> None:
    """Give a server the tools that look at whole tables."""

    @server.tool(annotations=READS)
    async def analyze_table(
        base_id: BaseId, table: TableName, max_records: ReadMost = 1000
    ) -> Analysis:
        """Tell for each field how many records have a value, how many values differ, the lowest
        and highest number or date, and the most common values.
        """
        schema = await airtable.table(base_id, table)
        records, complete = await airtable.records(base_id, table, max_records)
        return Analysis(
            table=schema["name"],
            record_count=len(records),
            complete=complete,
            fields=analyse(schema["fields"], records),
        )

    @server.tool(annotations=READS)
    async def find_duplicates(
        base_id: BaseId,
        table: TableName,
        fields: Annotated[
            list[FieldName],
            Field(min_length=1, max_length=20, description="The fields to compare."),
        ],
        max_records: ReadMost = 1000,
    ) -> Duplicates:
        """Find records that are the same in some fields, whatever their case and spaces are."""
        _known(fields, [each["name"] for each in (await airtable.table(base_id, table))["fields"]])
        query = {"fields": fields}
        records, complete = await airtable.records(base_id, table, max_records, query)
        found = duplicates.groups(fields, records)
        return Duplicates(
            compared_fields=fields,
            record_count=len(records),
            complete=complete,
            duplicate_count=sum(len(group.record_ids) - 1 for group in found),
            groups=found[:MOST_GROUPS],
        )

    @server.tool(annotations=READS)
    async def export_csv(
        base_id: BaseId,
        table: TableName,
        fields: FieldNames = None,
        view: View = None,
        formula: Formula = None,
        max_records: ReadMost = 1000,
    ) -> Csv:
        """Give a table's records as comma-separated values that are safe in a spreadsheet."""
        known = [each["name"] for each in (await airtable.table(base_id, table))["fields"]]
        wanted = _known(fields, known) if fields else known
        query = {"fields": wanted, "view": view, "formula": formula}
        records, complete = await airtable.records(base_id, table, max_records, query)
        text = spreadsheet.write(wanted, records)
        return Csv(csv=text, record_count=len(records), complete=complete)


def _known(wanted: list[str], known: list[str]) -> list[str]:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ToolError(f"unknown_field: The table has no field {', '.join(unknown)}.")
    return wanted
