"""Workspaces and projects."""

from ..model import Phase, Service

WORKSPACE_SERVICE = Service(
    name="workspace-service",
    summary="Workspaces, their members and projects, and the audit log.",
    port=8004,
    phase=Phase.IDENTITY,
    image="workspace-service",
    postgres=True,
    secrets=("api-key",),
)
