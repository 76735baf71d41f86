"""Projects of workspaces, and the Airtable bases that are linked to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from .desk import Change, Connection, Desk, not_found, note, only
from .models import ProjectSent
from .roles import Role

_PROJECT = """SELECT p.id::text, p.workspace_id::text, p.name, p.description,
    to_json(p.created_at) #>> '{}' AS created_at, to_json(p.updated_at) #>> '{}' AS updated_at,
    coalesce((SELECT json_agg(json_build_object('base_id', b.base_id, 'name', b.name,
        'created_at', to_json(b.created_at) #>> '{}') ORDER BY b.name, b.base_id)
        FROM workspaces.bases b WHERE b.project_id = p.id), '[]'::json) AS bases
    FROM workspaces.projects p WHERE p.workspace_id = %s"""
MOST_PROJECTS = 500


class Projects:
    """The projects of a workspace."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def all(self, caller: Caller, workspace_id: UUID) -> list[dict[str, Any]]:
        """Return all projects."""
        async with self._desk.workspace(
            caller, workspace_id, Role.VIEWER, write=False
        ) as connection:
            found = await connection.execute(f"{_PROJECT} ORDER BY p.name, p.id", (workspace_id,))
            return await found.fetchall()

    async def get(self, caller: Caller, workspace_id: UUID, project_id: UUID) -> dict[str, Any]:
        """Return a project."""
        async with self._desk.workspace(
            caller, workspace_id, Role.VIEWER, write=False
        ) as connection:
            return await project(connection, workspace_id, project_id)

    async def create(self, caller: Caller, workspace_id: UUID, sent: ProjectSent) -> dict[str, Any]:
        """Make a project. Raises ApiError 409 when there are too many."""
        async with self._desk.workspace(caller, workspace_id, Role.EDITOR) as connection:
            made = await only(
                connection,
                "INSERT INTO workspaces.projects (workspace_id, tenant_id, name, description)"
                " SELECT %(workspace)s, tenants.current_tenant(), %(name)s, %(description)s"
                " WHERE (SELECT count(*) FROM workspaces.projects"
                " WHERE workspace_id = %(workspace)s) < %(most)s RETURNING id",
                {"workspace": workspace_id, "most": MOST_PROJECTS, **sent.model_dump()},
            )
            if made is None:
                message = f"A workspace holds at most {MOST_PROJECTS} projects"
                raise ApiError(409, "too_many_projects", message)
            after = await project(connection, workspace_id, made["id"])
            await _noted(connection, workspace_id, "create", None, after)
            return after

    async def update(
        self, caller: Caller, workspace_id: UUID, project_id: UUID, sent: ProjectSent
    ) -> dict[str, Any]:
        """Change a project's name and description."""
        async with self._desk.workspace(caller, workspace_id, Role.EDITOR) as connection:
            before = await project(connection, workspace_id, project_id)
            await connection.execute(
                "UPDATE workspaces.projects SET name = %s, description = %s, updated_at = now()"
                " WHERE id = %s",
                (sent.name, sent.description, project_id),
            )
            after = await project(connection, workspace_id, project_id)
            await _noted(connection, workspace_id, "update", before, after)
            return after

    async def delete(self, caller: Caller, workspace_id: UUID, project_id: UUID) -> None:
        """Remove a project; what is in Airtable stays."""
        async with self._desk.workspace(caller, workspace_id, Role.EDITOR) as connection:
            before = await project(connection, workspace_id, project_id)
            statement = "DELETE FROM workspaces.projects WHERE id = %s"
            await connection.execute(statement, (project_id,))
            await _noted(connection, workspace_id, "delete", before, None)


async def project(connection: Connection, workspace_id: UUID, project_id: UUID) -> dict[str, Any]:
    """Return a project with its bases. Raises ApiError 404 when it is not in the workspace."""
    found = await only(connection, f"{_PROJECT} AND p.id = %s", (workspace_id, project_id))
    if found is None:
        raise not_found("project")
    return found


async def _noted(
    connection: Connection,
    workspace_id: UUID,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    project_id = (after or before or {})["id"]
    await note(connection, workspace_id, Change(action, "project", project_id, before, after))
