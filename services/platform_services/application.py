"""The application of platform-services."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.service_auth import require_service
from pyairtable_shared.suspension import Suspension

from .analytics.ingest import Ingest
from .analytics.jobs import Rollups
from .analytics.query import Analytics
from .analytics.routes_in import ingest_router
from .analytics.routes_out import reports_router
from .analytics.usage import Usage
from .keys.routes import keys_router
from .keys.storage import Keys
from .keys.verification import Verification
from .settings import Settings

NAME = "platform-services"


def application(settings: Settings) -> FastAPI:
    """Return the application. Without Redis only tokens cannot be verified."""
    database, cache = Database(NAME, settings), Cache(NAME, settings)
    keys = Keys(database)
    rollups, ingest = Rollups(database, settings), Ingest(database, settings.retention_days)
    verification = Verification(settings, keys, Revocation(cache), Suspension(cache))
    guarded = APIRouter(dependencies=[Depends(require_service(settings))])
    guarded.include_router(keys_router(keys, verification))
    guarded.include_router(ingest_router(ingest))
    guarded.include_router(reports_router(Analytics(database), settings.retention_days))
    return create_app(
        NAME,
        settings,
        routers=[guarded],
        checks={"postgres": database.check},
        useful={"redis": cache.check},
        resources=[
            database,
            cache,
            Repeating("roll-ups", settings.rollup_seconds, rollups.look),
            Repeating("usage", settings.usage_seconds, Usage(cache, ingest).look),
        ],
    )
