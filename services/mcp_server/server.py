"""The MCP server: its tools, resources and prompts."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer

from . import quiet
from .airtable import Airtable
from .counted import CountedServer
from .prompts import add_prompts
from .resources import add_resources
from .settings import Settings
from .tools.insight import add_insight_tools
from .tools.reading import add_record_tools, add_structure_tools
from .tools.writing import add_writing_tools

NAME = "pyairtable"
INSTRUCTIONS = (
    "Tools over Airtable bases. Begin with list_bases and list_tables to learn ids and names, "
    "and with get_schema before a write. Write or delete only what the user asked for."
)


def build(settings: Settings, airtable: Airtable) -> MCPServer:
    """Return the server for these settings."""
    # Nothing here changes while it runs, so that no client need listen for changes.
    server = CountedServer(
        NAME,
        title="PyAirtable",
        instructions=INSTRUCTIONS,
        version=settings.service_version,
        log_level=settings.log_level,
        subscriptions=False,
    )
    quiet.configure()
    add_structure_tools(server, airtable)
    add_record_tools(server, airtable)
    add_writing_tools(server, airtable)
    add_insight_tools(server, airtable)
    add_resources(server, airtable)
    add_prompts(server)
    return server
