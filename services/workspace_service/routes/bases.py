"""Routes of the Airtable bases that are linked to a project."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller

from .. import models
from ..bases import Bases

By = Annotated[Caller, Depends(caller)]


def bases_router(bases: Bases) -> APIRouter:
    """The routes under /workspaces/{workspace_id}/projects/{project_id}/bases."""
    prefix = "/workspaces/{workspace_id}/projects/{project_id}/bases"
    router = APIRouter(prefix=prefix, tags=["bases"])

    @router.get("", response_model=models.BaseList)
    async def list_bases(
        request: Request, by: By, workspace_id: UUID, project_id: UUID
    ) -> Response:
        """List the Airtable bases of a project."""
        return tagged(request, {"bases": await bases.all(by, workspace_id, project_id)})

    @router.post("", status_code=201, response_model=models.Project)
    async def link_base(
        by: By, workspace_id: UUID, project_id: UUID, sent: models.BaseSent
    ) -> dict[str, Any]:
        """Link an Airtable base to a project, which is returned; editors and owners may."""
        return await bases.link(by, workspace_id, project_id, sent)

    @router.delete("/{base_id}", status_code=204)
    async def unlink_base(
        by: By, workspace_id: UUID, project_id: UUID, base_id: models.BaseId
    ) -> None:
        """Take the link to a base away; editors and owners may."""
        await bases.unlink(by, workspace_id, project_id, base_id)

    return router
