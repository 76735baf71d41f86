"""The application of user-service."""

from __future__ import annotations

from fastapi import FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.settings import ServiceSettings

from .profiles import Profiles
from .routes import router
from .storage import Storage

NAME = "user-service"


def application(settings: ServiceSettings) -> FastAPI:
    """Return the application."""
    database, cache = Database(NAME, settings), Cache(NAME, settings)
    profiles = Profiles(Storage(database), cache)
    return create_app(
        NAME,
        settings,
        routers=[router(settings, profiles)],
        checks={"postgres": database.check, "redis": cache.check},
        resources=[database, cache],
    )
