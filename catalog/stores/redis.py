"""Redis, for caches, rate limits, sessions and revoked tokens."""

from ..model import Limits, Store

REDIS = Store(
    name="redis",
    summary="Redis 7.0",
    port=6379,
    image="redis",
    user="10003:10003",
    data_path="/data",
    health_command=("/usr/local/bin/healthcheck",),
    limits=Limits(cpus=0.5, memory_mib=512),
    tmpfs=("/tmp", "/run/redis"),
)
