"""The start page and the platform's status."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pyairtable_shared.errors import ApiError
from starlette.responses import Response

from ..api import SignInNeeded
from ..gateway import Call
from ..pages import page, part
from ..site import User, signed_in_user, site_of

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, user: User) -> Response:
    """Show what there is; what does not answer is left out and said so."""
    bases, workspaces, files, workflows = await asyncio.gather(
        part(user.get("/airtable/bases"), {"bases": []}),
        part(user.get("/workspaces", page_size=5), {"workspaces": [], "total": 0}),
        part(user.get("/files", page_size=5), {"files": [], "total": 0}),
        part(user.get("/workflows", page_size=5), {"workflows": [], "total": 0}),
    )
    return page(
        request, "home.html", bases=bases, workspaces=workspaces, files=files, workflows=workflows
    )


@router.get("/status")
async def status(request: Request) -> Response:
    """Show how the platform is, also to those who have not signed in."""
    try:
        await signed_in_user(request)
    except (SignInNeeded, ApiError):
        request.state.session = None
    call = Call(method="GET", path="/status", seconds=10)
    report = await part(site_of(request).gateway.call(call, token=None))
    return page(request, "status.html", report=report)
