"""Accounts and tokens."""

from ..model import Limits, Phase, Service

AUTH_SERVICE = Service(
    name="auth-service",
    summary="Registers users, signs them in, issues and revokes tokens.",
    port=8001,
    phase=Phase.IDENTITY,
    image="auth-service",
    limits=Limits(cpus=0.5, memory_mib=256, reserved_memory_mib=128),
    postgres=True,
    redis=True,
    secrets=("api-key", "jwt-secret"),
)
