"""The tools that read."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from ..airtable import PAGE, Airtable
from ..domain import search
from ..domain.answers import Base, Bases, Page, Record, Records, Schema, Tables, TableSummary
from ..domain.arguments import (
    BaseId,
    FieldNames,
    Formula,
    RecordId,
    Sort,
    TableName,
    View,
)

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=True)


def add_structure_tools(server: MCPServer, airtable: Airtable) -> None:
    """Give a server the tools that tell what bases and tables there are."""

    @server.tool(annotations=READS)
    async def list_bases() -> Bases:
        """List all Airtable bases with their ids, names and what may be done in them."""
        return Bases(bases=[Base.model_validate(base) for base in await airtable.bases()])

    @server.tool(annotations=READS)
    async def list_tables(base_id: BaseId) -> Tables:
        """List the tables of a base: their ids, names and primary fields."""
        found = []
        for table in await airtable.tables(base_id):
            names = {field["id"]: field["name"] for field in table["fields"]}
            found.append(
                TableSummary(
                    id=table["id"],
                    name=table["name"],
                    description=table.get("description"),
                    primary_field=names.get(table["primary_field_id"], ""),
                    field_count=len(names),
                )
            )
        return Tables(base_id=base_id, tables=found)

    @server.tool(annotations=READS)
    async def get_schema(base_id: BaseId, table: TableName | None = None) -> Schema:
        """Describe the fields of one table, or of all tables of a base: types and options."""
        if table is None:
            return Schema(base_id=base_id, tables=await airtable.tables(base_id))
        return Schema(base_id=base_id, tables=[await airtable.table(base_id, table)])


def add_record_tools(server: MCPServer, airtable: Airtable) -> None:
    """Give a server the tools that read records."""

    @server.tool(annotations=READS)
    async def get_records(
        base_id: BaseId,
        table: TableName,
        view: View = None,
        fields: FieldNames = None,
        formula: Formula = None,
        sort: Sort = None,
        page_size: Annotated[int, Field(ge=1, le=PAGE, description="Records on a page.")] = PAGE,
        offset: Annotated[
            str | None, Field(max_length=1000, description="From the answer before.")
        ] = None,
    ) -> Page:
        """Read a page of a table's records, filtered and sorted as asked."""
        query = {
            "view": view,
            "fields": fields,
            "formula": formula,
            "sort": sort,
            "page_size": page_size,
            "offset": offset,
        }
        return Page.model_validate(await airtable.page(base_id, table, query))

    @server.tool(annotations=READS)
    async def get_record(base_id: BaseId, table: TableName, record_id: RecordId) -> Record:
        """Read one record by its id."""
        return Record.model_validate(await airtable.record(base_id, table, record_id))

    @server.tool(annotations=READS)
    async def search_records(
        base_id: BaseId,
        table: TableName,
        query: Annotated[
            str, Field(min_length=1, max_length=500, description="The text to look for.")
        ],
        fields: FieldNames = None,
        max_records: Annotated[int, Field(ge=1, le=1000, description="At most so many.")] = 50,
    ) -> Records:
        """Find records that contain a text, in any letter case, in the given or all text fields."""
        if fields is None:
            fields = search.searched((await airtable.table(base_id, table))["fields"])
        if not fields:
            raise ToolError("no_fields: This table has no field that can be searched.")
        asked = {"formula": search.containing(query, fields)}
        found, complete = await airtable.records(base_id, table, max_records, asked)
        records = [Record.model_validate(record) for record in found]
        return Records(records=records, count=len(records), complete=complete)
