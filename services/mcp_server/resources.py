"""What a client may read without calling a tool: the bases and their schemas."""

from __future__ import annotations

import json

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError

from .airtable import Airtable

JSON = "application/json"


def add_resources(server: MCPServer, airtable: Airtable) -> None:
    """Give a server its resources."""

    @server.resource("airtable://bases", mime_type=JSON)
    async def bases() -> str:
        """All bases: ids, names and permission levels."""
        try:
            return json.dumps({"bases": await airtable.bases()})
        except ToolError as error:
            raise ResourceError(str(error)) from error

    @server.resource("airtable://bases/{base_id}/schema", mime_type=JSON)
    async def base_schema(base_id: str) -> str:
        """The tables and fields of a base."""
        try:
            return json.dumps({"base_id": base_id, "tables": await airtable.tables(base_id)})
        except ToolError as error:
            raise ResourceError(str(error)) from error
