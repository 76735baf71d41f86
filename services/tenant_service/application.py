"""The application of tenant-service."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.airtable_quota import AirtableQuota
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.service_auth import require_service
from pyairtable_shared.suspension import Suspension

from .desk import Desk
from .invitations import Invitations
from .members import Members
from .publishing import Publishing
from .routes.invitations import invitations_router
from .routes.members import members_router
from .routes.tenants import tenants_router
from .settings import Settings
from .tenants import Tenants

NAME = "tenant-service"


def application(settings: Settings) -> FastAPI:
    """Return the application. Redis is told of suspensions and limits, and told again."""
    database, cache = Database(NAME, settings), Cache(NAME, settings)
    desk, quota, revocation = Desk(database), AirtableQuota(cache), Revocation(cache)
    publishing = Publishing(database, Suspension(cache), quota)
    guarded = APIRouter(dependencies=[Depends(require_service(settings))])
    for router in (
        invitations_router(Invitations(desk, revocation)),
        tenants_router(Tenants(desk, quota, revocation), publishing),
        members_router(Members(desk, revocation)),
    ):
        guarded.include_router(router)
    return create_app(
        NAME,
        settings,
        routers=[guarded],
        checks={"postgres": database.check},
        useful={"redis": cache.check},
        resources=[
            database,
            cache,
            Repeating("publishing", settings.publish_seconds, publishing.now),
        ],
    )
