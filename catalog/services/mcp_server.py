"""The tools of the assistant."""

from ..model import Phase, Service

MCP_SERVER = Service(
    name="mcp-server",
    summary="Model Context Protocol tools over Airtable data.",
    port=8001,
    phase=Phase.CORE,
    image="mcp-server",
    needs=("airtable-gateway",),
    calls=("airtable-gateway",),
    secrets=("api-key",),
    environment={"MCP_SERVER_MODE": "http", "MCP_SERVER_PORT": "8001"},
    answer_seconds=690,
)
