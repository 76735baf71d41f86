"""Tenants, plans and quotas."""

from ..model import Phase, Service

TENANT_SERVICE = Service(
    name="tenant-service",
    summary="Tenants, their plans and quotas, memberships and invitations.",
    port=8005,
    phase=Phase.IDENTITY,
    image="tenant-service",
    postgres=True,
    redis=True,
    secrets=("api-key",),
)
