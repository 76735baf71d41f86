"""The application of auth-service."""

from __future__ import annotations

from fastapi import FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.suspension import Suspension

from .accounts import Accounts
from .lockout import Lockout
from .routes import router
from .sessions import Sessions
from .settings import Settings
from .storage import Users

NAME = "auth-service"


def application(settings: Settings) -> FastAPI:
    """Return the application. Without Redis it still registers and signs in."""
    database, cache = Database(NAME, settings), Cache(NAME, settings)
    accounts = Accounts(
        settings,
        Users(database),
        Sessions(database),
        Lockout(cache),
        Revocation(cache),
        Suspension(cache),
    )
    return create_app(
        NAME,
        settings,
        routers=[router(settings, accounts)],
        checks={"postgres": database.check},
        useful={"redis": cache.check},
        resources=[database, cache],
    )
