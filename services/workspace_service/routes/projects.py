"""Routes of a workspace's projects."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller

from .. import models
from ..projects import Projects

By = Annotated[Caller, Depends(caller)]


def projects_router(projects: Projects) -> APIRouter:
    """The routes under /workspaces/{workspace_id}/projects."""
    router = APIRouter(prefix="/workspaces/{workspace_id}/projects", tags=["projects"])

    @router.get("", response_model=models.ProjectList)
    async def list_projects(request: Request, by: By, workspace_id: UUID) -> Response:
        """List the projects of a workspace."""
        return tagged(request, {"projects": await projects.all(by, workspace_id)})

    @router.post("", status_code=201, response_model=models.Project)
    async def create_project(
        by: By, workspace_id: UUID, sent: models.ProjectSent
    ) -> dict[str, Any]:
        """Make a project; editors and owners may."""
        return await projects.create(by, workspace_id, sent)

    @router.get("/{project_id}", response_model=models.Project)
    async def get_project(
        request: Request, by: By, workspace_id: UUID, project_id: UUID
    ) -> Response:
        """Return a project."""
        return tagged(request, await projects.get(by, workspace_id, project_id))

    @router.put("/{project_id}", response_model=models.Project)
    async def update_project(
        by: By, workspace_id: UUID, project_id: UUID, sent: models.ProjectSent
    ) -> dict[str, Any]:
        """Change a project; editors and owners may."""
        return await projects.update(by, workspace_id, project_id, sent)

    @router.delete("/{project_id}", status_code=204)
    async def delete_project(by: By, workspace_id: UUID, project_id: UUID) -> None:
        """Remove a project; editors and owners may."""
        await projects.delete(by, workspace_id, project_id)

    return router
