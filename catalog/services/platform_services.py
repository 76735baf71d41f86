"""Unified authentication and analytics."""

from ..model import Phase, Service

PLATFORM_SERVICES = Service(
    name="platform-services",
    summary="Users' API keys, analytics events, metrics and roll-ups.",
    port=8007,
    phase=Phase.BUSINESS,
    image="platform-services",
    postgres=True,
    redis=True,
    secrets=("api-key", "jwt-secret"),
)
