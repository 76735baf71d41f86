"""The application of auth-service."""

from __future__ import annotations

from fastapi import FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.settings import ServiceSettings

from .accounts import Accounts
from .lockout import Lockout
from .revocation import Revocation
from .routes import router
from .storage import Storage

NAME = "auth-service"


def application(settings: ServiceSettings) -> FastAPI:
    """Return the application."""
    database, cache = Database(NAME, settings), Cache(NAME, settings)
    accounts = Accounts(settings, Storage(database), Lockout(cache), Revocation(cache))
    return create_app(
        NAME,
        settings,
        routers=[router(settings, accounts)],
        checks={"postgres": database.check, "redis": cache.check},
        resources=[database, cache],
    )
