"""Routes of tenants."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller

from .. import models
from ..publishing import Publishing
from ..tenants import Tenants

By = Annotated[Caller, Depends(caller)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Size = Annotated[int, Query(ge=1, le=100)]
Search = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


def tenants_router(tenants: Tenants, publishing: Publishing) -> APIRouter:
    """The routes under /tenants that concern whole tenants."""
    router = APIRouter(prefix="/tenants", tags=["tenants"])

    @router.get("", response_model=models.TenantPage)
    async def list_tenants(
        request: Request, by: By, search: Search = "", page: Page = 1, page_size: Size = 20
    ) -> Response:
        """List one's own tenant; all of them for the platform's admins."""
        found, total = await tenants.page(by, search, page, page_size)
        answer = {"tenants": found, "total": total, "page": page, "page_size": page_size}
        return tagged(request, answer)

    @router.post("", status_code=201, response_model=models.Tenant)
    async def create_tenant(by: By, sent: models.NewTenant) -> dict[str, Any]:
        """Make an empty tenant; the platform's admins may."""
        made = await tenants.create(by, sent)
        await publishing.now()
        return made

    @router.get("/{tenant_id}", response_model=models.Tenant)
    async def get_tenant(request: Request, by: By, tenant_id: UUID) -> Response:
        """Return a tenant with its plan and quotas."""
        return tagged(request, await tenants.get(by, tenant_id))

    @router.put("/{tenant_id}", response_model=models.Tenant)
    async def update_tenant(by: By, tenant_id: UUID, sent: models.TenantSent) -> dict[str, Any]:
        """Change the name; its owners and admins may. The plan: the platform's admins."""
        changed = await tenants.update(by, tenant_id, sent)
        await publishing.now()
        return changed

    @router.delete("/{tenant_id}", status_code=204)
    async def delete_tenant(by: By, tenant_id: UUID) -> None:
        """Remove a tenant with its users and all that is theirs; its owners may."""
        await tenants.delete(by, tenant_id)
        await publishing.now()

    @router.get("/{tenant_id}/usage", response_model=models.Usage)
    async def usage(request: Request, by: By, tenant_id: UUID) -> Response:
        """Return what is used of the quotas."""
        return tagged(request, await tenants.usage(by, tenant_id))

    @router.post("/{tenant_id}/suspend", response_model=models.Tenant)
    async def suspend(by: By, tenant_id: UUID) -> dict[str, Any]:
        """Shut the tenant's users out; the platform's admins may."""
        changed = await tenants.suspend(by, tenant_id, suspended=True)
        await publishing.now()
        return changed

    @router.post("/{tenant_id}/resume", response_model=models.Tenant)
    async def resume(by: By, tenant_id: UUID) -> dict[str, Any]:
        """Let a suspended tenant's users in again; the platform's admins may."""
        changed = await tenants.suspend(by, tenant_id, suspended=False)
        await publishing.now()
        return changed

    return router
