"""The web interface."""

from ..model import Phase, Service

FRONTEND = Service(
    name="frontend",
    summary="Web interface for people.",
    port=3000,
    phase=Phase.ENTRY,
    image="frontend",
    needs=("api-gateway",),
    calls=("api-gateway",),
    redis=True,
    secrets=("api-key",),
    health_path="/api/health",
    ready_path="/ready",
    public_port="frontend_port",
    optional=True,
    answer_seconds=900,
)
