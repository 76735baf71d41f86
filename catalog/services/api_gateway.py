"""The public door of the platform."""

from ..model import Limits, Phase, Service

API_GATEWAY = Service(
    name="api-gateway",
    summary="Verifies tokens, limits rates, routes /api/v1 to the services.",
    port=8080,
    phase=Phase.ENTRY,
    image="api-gateway",
    limits=Limits(cpus=1.0, memory_mib=512),
    calls=(
        "auth-service",
        "user-service",
        "workspace-service",
        "tenant-service",
        "airtable-gateway",
        "mcp-server",
        "llm-orchestrator",
        "platform-services",
        "automation-services",
    ),
    redis=True,
    secrets=("api-key", "jwt-secret"),
    public_port="gateway_port",
    answer_seconds=900,
)
