"""Routes of a tenant's members."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller

from .. import models
from ..members import Members

By = Annotated[Caller, Depends(caller)]


def members_router(members: Members) -> APIRouter:
    """The routes under /tenants/{tenant_id}/members."""
    router = APIRouter(prefix="/tenants/{tenant_id}/members", tags=["members"])

    @router.get("", response_model=models.MemberList)
    async def list_members(request: Request, by: By, tenant_id: UUID) -> Response:
        """List the members of a tenant."""
        return tagged(request, {"members": await members.all(by, tenant_id)})

    @router.put("/{user_id}", response_model=models.Member)
    async def change_member(
        by: By, tenant_id: UUID, user_id: UUID, sent: models.RoleSent
    ) -> dict[str, Any]:
        """Give a member another role; owners and admins may."""
        return await members.change(by, tenant_id, user_id, sent.role)

    @router.delete("/{user_id}", status_code=204)
    async def remove_member(by: By, tenant_id: UUID, user_id: UUID) -> None:
        """Take a member out: oneself, or as an owner or admin another."""
        await members.remove(by, tenant_id, user_id)

    return router
