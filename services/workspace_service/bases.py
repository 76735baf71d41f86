"""Airtable bases that are linked to projects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from .desk import Change, Connection, Desk, not_found, note, only
from .models import BaseSent
from .projects import project
from .roles import Role

MOST_BASES = 100
"""That one project holds; all are answered at once."""

_LINK = """INSERT INTO workspaces.bases (project_id, tenant_id, base_id, name)
    VALUES (%s, tenants.current_tenant(), %s, %s) ON CONFLICT DO NOTHING
    RETURNING base_id, name"""
_UNLINK = """DELETE FROM workspaces.bases WHERE project_id = %s AND base_id = %s
    RETURNING base_id, name"""


class Bases:
    """The Airtable bases of a project."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def all(
        self, caller: Caller, workspace_id: UUID, project_id: UUID
    ) -> list[dict[str, Any]]:
        """Return all bases of a project."""
        async with self._desk.workspace(
            caller, workspace_id, Role.VIEWER, write=False
        ) as connection:
            found = await project(connection, workspace_id, project_id)
            return list(found["bases"])

    async def link(
        self, caller: Caller, workspace_id: UUID, project_id: UUID, sent: BaseSent
    ) -> dict[str, Any]:
        """Link a base and return the project.

        Raises ApiError 409 for one that is linked already, or one too many.
        """
        async with self._desk.workspace(caller, workspace_id, Role.EDITOR) as connection:
            before = await project(connection, workspace_id, project_id)
            if len(before["bases"]) >= MOST_BASES:
                raise ApiError(409, "too_many_bases", f"A project holds at most {MOST_BASES} bases")
            made = await only(connection, _LINK, (project_id, sent.base_id, sent.name))
            if made is None:
                raise ApiError(409, "already_linked", "This base is linked already")
            await _noted(connection, workspace_id, project_id, None, made)
            return await project(connection, workspace_id, project_id)

    async def unlink(
        self, caller: Caller, workspace_id: UUID, project_id: UUID, base_id: str
    ) -> None:
        """Take the link to a base away; the base itself stays."""
        async with self._desk.workspace(caller, workspace_id, Role.EDITOR) as connection:
            await project(connection, workspace_id, project_id)
            gone = await only(connection, _UNLINK, (project_id, base_id))
            if gone is None:
                raise not_found("base in this project")
            await _noted(connection, workspace_id, project_id, gone, None)


async def _noted(
    connection: Connection,
    workspace_id: UUID,
    project_id: UUID,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    action = "delete" if after is None else "create"
    base_id = (after or before or {})["base_id"]
    was, is_ = (each and {**each, "project_id": str(project_id)} for each in (before, after))
    await note(connection, workspace_id, Change(action, "base", base_id, was, is_))
