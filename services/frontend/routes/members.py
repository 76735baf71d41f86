"""Members of a workspace, and invitations to one's organisation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from ..api import SignInNeeded
from ..forms import SentForm
from ..gateway import GatewayError
from ..pages import go, page
from ..site import User, site_of
from .workspaces import workspace_page

router = APIRouter(include_in_schema=False)

InvitationToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{16,200}$")]


@router.post("/workspaces/{workspace}/members")
async def add(workspace: UUID, request: Request, user: User, form: SentForm) -> Response:
    """Add a member of the organisation to a workspace."""
    body = {"email": form.get("email"), "role": form.get("role")}
    try:
        await user.send("POST", f"/workspaces/{workspace}/members", body)
    except GatewayError as error:
        if error.away:
            raise
        return await workspace_page(request, user, workspace, error, body)
    return go(f"/workspaces/{workspace}", "member-added")


@router.post("/workspaces/{workspace}/members/{member}")
async def change(
    workspace: UUID, member: UUID, request: Request, user: User, form: SentForm
) -> Response:
    """Change a member's role, or remove the member."""
    path = f"/workspaces/{workspace}/members/{member}"
    removing = form.get("action") == "remove"
    try:
        if removing:
            await user.send("DELETE", path)
        else:
            await user.send("PUT", path, {"role": form.get("role")})
    except GatewayError as error:
        if error.away:
            raise
        return await workspace_page(request, user, workspace, error)
    return go(f"/workspaces/{workspace}", "member-removed" if removing else "member-changed")


@router.post("/workspaces/{workspace}/invitations")
async def invite(workspace: UUID, request: Request, user: User, form: SentForm) -> Response:
    """Invite somebody to the organisation; the page shows the link to pass on."""
    body = {"email": form.get("email"), "role": form.get("role")}
    try:
        made = await user.send("POST", f"/tenants/{user.session.tenant_id}/invitations", body)
    except GatewayError as error:
        if error.away:
            raise
        return await workspace_page(request, user, workspace, error, {"invited": body["email"]})
    scheme = "https" if site_of(request).settings.secure else request.url.scheme
    link = f"{scheme}://{request.url.netloc}/invitations/{made['token']}"
    return await workspace_page(request, user, workspace, invitation=link)


@router.get("/invitations/{token}")
async def invitation(token: InvitationToken, request: Request, _: User) -> Response:
    """Ask whether to accept an invitation."""
    return page(request, "invitation.html", token=token)


@router.post("/invitations/{token}")
async def accept(token: InvitationToken, request: Request, user: User, form: SentForm) -> Response:
    """Accept an invitation."""
    try:
        await user.send("POST", "/tenants/invitations/accept", {"token": token})
    except GatewayError as error:
        if error.away:
            raise
        return page(request, "invitation.html", error.status, token=token, error=error)
    try:
        # The token still names the organisation that was left.
        await user.renew()
    except SignInNeeded:
        answer = go("/sign-in", "joined-anew")
        site_of(request).cookies.end_session(answer)
        return answer
    return go("/", "joined")
