"""The service's application, put together."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.airtable_quota import AirtableQuota
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.service_auth import require_service
from pyairtable_shared.usage import FLUSH_SECONDS, UsageLog

from .cached import AirtableCache
from .callers import remember_tenant
from .client import AirtableClient
from .domain.turns import Pace
from .records import Records
from .routes.bases import bases_router
from .routes.records import change_router, create_router, delete_router, read_router
from .settings import Settings
from .turns import Turns

SERVICE = "airtable-gateway"


def build(settings: Settings) -> FastAPI:
    """The application for these settings."""
    redis = Cache(SERVICE, settings)
    pace = Pace(settings.airtable_requests_per_second, settings.airtable_longest_wait)
    usage = UsageLog(redis)
    client = AirtableClient(settings, Turns(redis, pace), AirtableQuota(redis), usage)
    cache = AirtableCache(redis)
    records = Records(client, cache)
    parts = [read_router, create_router, change_router, delete_router]
    guarded = APIRouter(dependencies=[Depends(require_service(settings)), Depends(remember_tenant)])
    for router in (bases_router(client, cache), *(part(records) for part in parts)):
        guarded.include_router(router)
    return create_app(
        SERVICE,
        settings,
        routers=[guarded],
        useful={"redis": redis.check},
        resources=[redis, client, Repeating("usage", FLUSH_SECONDS, usage.flush, once_more=True)],
    )
