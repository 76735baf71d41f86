"""User profiles."""

from ..model import Limits, Phase, Service

USER_SERVICE = Service(
    name="user-service",
    summary="Keeps the profiles and preferences of users.",
    port=8002,
    phase=Phase.IDENTITY,
    image="user-service",
    limits=Limits(cpus=0.5, memory_mib=256, reserved_memory_mib=128),
    postgres=True,
    redis=True,
    secrets=("api-key",),
)
