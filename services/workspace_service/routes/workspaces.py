"""Routes of workspaces and their audit log."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller

from .. import models
from ..workspaces import Workspaces

By = Annotated[Caller, Depends(caller)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Size = Annotated[int, Query(ge=1, le=100)]
Search = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


def workspaces_router(workspaces: Workspaces) -> APIRouter:
    """The routes under /workspaces that concern whole workspaces."""
    router = APIRouter(prefix="/workspaces", tags=["workspaces"])

    @router.get("", response_model=models.Workspaces)
    async def list_workspaces(
        request: Request, by: By, search: Search = "", page: Page = 1, page_size: Size = 20
    ) -> Response:
        """List the workspaces that one is a member of; all of the tenant for its admins."""
        found, total = await workspaces.page(by, search, page, page_size)
        return tagged(
            request,
            {"workspaces": found, "total": total, "page": page, "page_size": page_size},
        )

    @router.post("", status_code=201, response_model=models.Workspace)
    async def create_workspace(by: By, sent: models.WorkspaceSent) -> dict[str, Any]:
        """Make a workspace, which one owns."""
        return await workspaces.create(by, sent)

    @router.get("/{workspace_id}", response_model=models.Workspace)
    async def get_workspace(request: Request, by: By, workspace_id: UUID) -> Response:
        """Return a workspace."""
        return tagged(request, await workspaces.get(by, workspace_id))

    @router.put("/{workspace_id}", response_model=models.Workspace)
    async def update_workspace(
        by: By, workspace_id: UUID, sent: models.WorkspaceSent
    ) -> dict[str, Any]:
        """Change a workspace; its owners may."""
        return await workspaces.update(by, workspace_id, sent)

    @router.delete("/{workspace_id}", status_code=204)
    async def delete_workspace(by: By, workspace_id: UUID) -> None:
        """Remove a workspace; its owners may."""
        await workspaces.delete(by, workspace_id)

    @router.get("/{workspace_id}/audit", response_model=models.AuditPage)
    async def audit(
        request: Request, by: By, workspace_id: UUID, page: Page = 1, page_size: Size = 20
    ) -> Response:
        """List who changed what, newest first; owners may see it."""
        found, total = await workspaces.audit(by, workspace_id, page, page_size)
        answer = {"entries": found, "total": total, "page": page, "page_size": page_size}
        return tagged(request, answer)

    return router
