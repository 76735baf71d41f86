"""The application of user-service."""

from __future__ import annotations

from fastapi import FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.revocation import Revocation

from .cached import CachedProfiles
from .profiles import Profiles
from .routes import router
from .settings import Settings
from .storage import Storage

NAME = "user-service"


def application(settings: Settings) -> FastAPI:
    """Return the application. Without Redis it works slower, and removes no accounts."""
    database, cache = Database(NAME, settings), Cache(NAME, settings)
    profiles = Profiles(Storage(database), CachedProfiles(cache), Revocation(cache))
    return create_app(
        NAME,
        settings,
        routers=[router(settings, profiles)],
        checks={"postgres": database.check},
        useful={"redis": cache.check},
        resources=[database, cache],
    )
