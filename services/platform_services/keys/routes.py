"""The routes of API keys and of verification."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import modelled
from pyairtable_shared.service_auth import Caller, caller

from ..errors import documented
from .models import KeyList, MadeKey, NewKey, Presented, Verified
from .storage import Keys
from .verification import Verification

Who = Annotated[Caller, Depends(caller)]


def keys_router(keys: Keys, verification: Verification) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/auth", tags=["auth"])

    @routes.post(
        "/verify",
        response_model=Verified,
        responses=documented(
            s401="The token or key does not count (`invalid_token`), or no API key of a service.",
            s403="The tenant is suspended.",
            s503="It cannot be known now.",
        ),
    )
    async def verify_token(body: Presented) -> Verified:
        """Say for whom an access token or an API key counts."""
        return await verification.verify(body.token)

    @routes.post(
        "/keys",
        status_code=201,
        response_model=MadeKey,
        responses=documented(s409="The user has as many keys as allowed."),
    )
    async def create_key(body: NewKey, who: Who, response: Response) -> Any:
        """Make an API key; it is shown this once."""
        key, row = await keys.create(who, body.name, body.scopes, body.expires_in_days)
        response.headers["Cache-Control"] = "no-store"
        return {**row, "key": key}

    @routes.get("/keys", response_model=KeyList, responses=documented())
    async def list_keys(request: Request, who: Who) -> Response:
        """Return one's own API keys, without what is secret of them."""
        return modelled(request, KeyList, {"keys": await keys.list(who)})

    @routes.delete(
        "/keys/{key_id}", status_code=204, responses=documented(s404="There is no such key.")
    )
    async def revoke_key(key_id: UUID, who: Who) -> None:
        """Revoke one of one's own API keys; it does not count from now on."""
        if not await keys.revoke(who, key_id):
            raise ApiError(404, "key_not_found", "There is no such key")

    return routes
