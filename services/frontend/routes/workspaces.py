"""Workspaces: list, create, delete."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..api import Api
from ..forms import SentForm
from ..gateway import GatewayError
from ..pages import go, page, part
from ..site import User

router = APIRouter(include_in_schema=False, prefix="/workspaces")

PAGE_SIZE = 20
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("")
async def workspaces(request: Request, user: User, number: PageNumber = 1) -> Response:
    """List the workspaces."""
    return await _list(request, user, number)


@router.post("")
async def create(request: Request, user: User, form: SentForm) -> Response:
    """Create a workspace."""
    body = {"name": form.get("name")}
    if form.get("description"):
        body["description"] = form.get("description")
    try:
        made = await user.send("POST", "/workspaces", body)
    except GatewayError as error:
        if error.away:
            raise
        answer = await _list(request, user, 1, error=error, values=body)
        answer.status_code = error.status
        return answer
    return go(f"/workspaces/{made['id']}", "workspace-created")


@router.get("/{workspace}")
async def workspace(workspace: UUID, request: Request, user: User) -> Response:
    """Show a workspace and its members."""
    return await workspace_page(request, user, workspace)


@router.post("/{workspace}/delete")
async def delete(workspace: UUID, user: User, form: SentForm) -> Response:
    """Delete a workspace."""
    await user.send("DELETE", f"/workspaces/{workspace}")
    return go("/workspaces", "workspace-deleted")


async def workspace_page(
    request: Request,
    user: Api,
    workspace: UUID,
    error: GatewayError | None = None,
    values: dict[str, str] | None = None,
    invitation: str | None = None,
) -> Response:
    """Return the page of a workspace. invitation: the address of one just made."""
    found, members = await asyncio.gather(
        user.get(f"/workspaces/{workspace}"),
        part(user.get(f"/workspaces/{workspace}/members"), {"members": []}),
    )
    return page(
        request,
        "workspace.html",
        error.status if error else 200,
        workspace=found,
        members=members,
        error=error,
        values=values or {},
        invitation=invitation,
    )


async def _list(
    request: Request,
    user: Api,
    number: int,
    error: GatewayError | None = None,
    values: dict[str, str] | None = None,
) -> Response:
    found = await user.get("/workspaces", page=number, page_size=PAGE_SIZE)
    return page(
        request,
        "workspaces.html",
        workspaces=found["workspaces"],
        total=found["total"],
        number=number,
        size=PAGE_SIZE,
        error=error,
        values=values or {},
    )
