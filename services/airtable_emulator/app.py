"""The emulator's application, put together."""

from __future__ import annotations

import time

from fastapi import Depends, FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.database import Database

from .domain.limits import BaseLimits
from .routes import errors
from .routes.access import limit_base, require_token
from .routes.meta import meta_router
from .routes.records import records_router
from .seeding import Seeding
from .settings import Settings

SERVICE = "airtable-emulator"


def build(settings: Settings) -> FastAPI:
    """The application for these settings."""
    database = Database(SERVICE, settings)
    seeding = Seeding(database)
    limits = BaseLimits(settings.requests_per_second, settings.penalty_seconds, time.monotonic)
    token, limit = Depends(require_token(settings)), Depends(limit_base(limits))
    app = create_app(
        SERVICE,
        settings,
        routers=[meta_router(database, token, limit), records_router(database, token, limit)],
        checks={"postgres": database.check, "samples": seeding.check},
        resources=[database, seeding],
    )
    errors.install(app)
    return app
