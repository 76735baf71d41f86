"""PostgreSQL, the platform's database."""

from ..model import Limits, Store

POSTGRES = Store(
    name="postgres",
    summary="PostgreSQL 15",
    port=5432,
    image="postgres",
    user="10002:10002",
    data_path="/var/lib/postgresql/data",
    health_command=("/usr/local/bin/healthcheck",),
    limits=Limits(cpus=2.0, memory_mib=2048, reserved_cpus=0.5, reserved_memory_mib=512),
    tmpfs=("/tmp", "/run/postgresql"),
    stop_grace_seconds=60,
)
