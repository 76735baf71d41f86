"""The web interface."""

from ..model import Phase, Service

FRONTEND = Service(
    name="frontend",
    summary="Web interface for people.",
    port=3000,
    phase=Phase.ENTRY,
    image=None,
    needs=("api-gateway",),
    calls=("api-gateway",),
    health_path="/api/health",
    ready_path="/api/health",
    public_port="frontend_port",
    optional=True,
)
