"""The tools that write."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from ..airtable import Airtable
from ..domain.answers import Deleted, Record, Records
from ..domain.arguments import (
    BaseId,
    Changes,
    Fields,
    NewRecords,
    RecordId,
    TableName,
    Typecast,
)

ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True)


def add_writing_tools(server: MCPServer, airtable: Airtable) -> None:
    """Give a server the tools that write."""

    @server.tool(annotations=ADDS)
    async def create_record(
        base_id: BaseId, table: TableName, fields: Fields, typecast: Typecast = False
    ) -> Record:
        """Make a record."""
        made = await airtable.create(base_id, table, fields, typecast=typecast)
        return Record.model_validate(made)

    @server.tool(annotations=CHANGES)
    async def update_record(
        base_id: BaseId,
        table: TableName,
        record_id: RecordId,
        fields: Fields,
        typecast: Typecast = False,
    ) -> Record:
        """Set some values of a record; the others stay."""
        changed = await airtable.update(base_id, table, record_id, fields, typecast=typecast)
        return Record.model_validate(changed)

    @server.tool(annotations=CHANGES)
    async def delete_record(base_id: BaseId, table: TableName, record_id: RecordId) -> Deleted:
        """Delete a record. This cannot be undone here."""
        return Deleted.model_validate(await airtable.delete(base_id, table, record_id))

    @server.tool(annotations=ADDS)
    async def batch_create(
        base_id: BaseId, table: TableName, records: NewRecords, typecast: Typecast = False
    ) -> Records:
        """Make many records. When some are refused, the error says how many were made."""
        made = await airtable.create_many(base_id, table, records, typecast=typecast)
        return _records(made)

    @server.tool(annotations=CHANGES)
    async def batch_update(
        base_id: BaseId, table: TableName, records: Changes, typecast: Typecast = False
    ) -> Records:
        """Set some values of many records. When some are refused, the error says how many were."""
        changes = [change.model_dump() for change in records]
        changed = await airtable.update_many(base_id, table, changes, typecast=typecast)
        return _records(changed)


def _records(found: list[dict[str, object]]) -> Records:
    records = [Record.model_validate(record) for record in found]
    return Records(records=records, count=len(records))
