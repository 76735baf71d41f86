"""Routes of invitations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller

from .. import models
from ..invitations import Invitations

By = Annotated[Caller, Depends(caller)]


def invitations_router(invitations: Invitations) -> APIRouter:
    """The routes under /tenants/{tenant_id}/invitations, and the one to accept."""
    router = APIRouter(prefix="/tenants", tags=["invitations"])

    @router.post("/invitations/accept", response_model=models.Joined)
    async def accept(by: By, sent: models.Accepted) -> dict[str, str]:
        """Join the tenant that invites; one's own is left. Refresh the tokens then."""
        return {"tenant_id": await invitations.accept(by, sent.token)}

    @router.get("/{tenant_id}/invitations", response_model=models.InvitationList)
    async def list_invitations(request: Request, by: By, tenant_id: UUID) -> Response:
        """List those who have not accepted yet; owners and admins may."""
        return tagged(request, {"invitations": await invitations.all(by, tenant_id)})

    @router.post("/{tenant_id}/invitations", status_code=201, response_model=models.NewInvitation)
    async def invite(by: By, tenant_id: UUID, sent: models.InvitationSent) -> dict[str, Any]:
        """Invite somebody by e-mail address; owners and admins may. The token is shown once."""
        return await invitations.create(by, tenant_id, sent)

    @router.delete("/{tenant_id}/invitations/{invitation_id}", status_code=204)
    async def revoke(by: By, tenant_id: UUID, invitation_id: UUID) -> None:
        """Take an invitation back; owners and admins may."""
        await invitations.revoke(by, tenant_id, invitation_id)

    return router
