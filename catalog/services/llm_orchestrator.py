"""The assistant."""

from ..model import Phase, Service

LLM_ORCHESTRATOR = Service(
    name="llm-orchestrator",
    summary="Chat with Gemini, which calls the tools of the MCP server.",
    port=8003,
    phase=Phase.CORE,
    image="llm-orchestrator",
    needs=("mcp-server",),
    calls=("mcp-server",),
    redis=True,
    egress=True,
    secrets=("api-key", "gemini-api-key"),
    environment={"USE_HTTP_MCP": "true", "THINKING_BUDGET": "50000"},
    # With tools it may think for minutes.
    answer_seconds=900,
)
