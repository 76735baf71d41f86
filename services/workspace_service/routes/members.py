"""Routes of a workspace's members."""

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
    """The routes under /workspaces/{workspace_id}/members."""
    router = APIRouter(prefix="/workspaces/{workspace_id}/members", tags=["members"])

    @router.get("", response_model=models.MemberList)
    async def list_members(request: Request, by: By, workspace_id: UUID) -> Response:
        """List the members of a workspace."""
        return tagged(request, {"members": await members.all(by, workspace_id)})

    @router.post("", status_code=201, response_model=models.Member)
    async def add_member(by: By, workspace_id: UUID, sent: models.MemberSent) -> dict[str, Any]:
        """Add a user of the same tenant; owners may."""
        return await members.add(by, workspace_id, sent)

    @router.put("/{user_id}", response_model=models.Member)
    async def change_member(
        by: By, workspace_id: UUID, user_id: UUID, sent: models.RoleSent
    ) -> dict[str, Any]:
        """Give a member another role; owners may."""
        return await members.change(by, workspace_id, user_id, sent.role)

    @router.delete("/{user_id}", status_code=204)
    async def remove_member(by: By, workspace_id: UUID, user_id: UUID) -> None:
        """Remove a member: oneself, or as an owner anybody."""
        await members.remove(by, workspace_id, user_id)

    return router
