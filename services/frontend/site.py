"""What all pages need, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pyairtable_shared import request_context

from .api import Api, SignInNeeded
from .cookies import Cookies
from .gateway import Gateway
from .sessions import Sessions
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that the pages share."""

    settings: Settings
    gateway: Gateway
    sessions: Sessions
    cookies: Cookies


def site_of(request: Request) -> Site:
    """Return the site that a request came to."""
    site: Site = request.app.state.site
    return site


async def signed_in_user(request: Request) -> Api:
    """Return the gateway as the user of a request reaches it. Raises SignInNeeded."""
    site = site_of(request)
    cookie = site.cookies.session(request)
    session = await site.sessions.get(cookie) if cookie else None
    if cookie is None or session is None:
        raise SignInNeeded
    request.state.session = session
    request_context.user(session.user_id)
    return Api(site.gateway, site.sessions, cookie, session)


User = Annotated[Api, Depends(signed_in_user)]
