"""The service's application, put together."""

from __future__ import annotations

from fastapi import FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from starlette.middleware import Middleware

from . import failures
from .assets import Assets
from .cookies import Cookies
from .gateway import Gateway
from .headers import Guarded
from .pages import Pages
from .routes import (
    account,
    bases,
    chat,
    files,
    home,
    members,
    operation,
    records,
    workflows,
    workspaces,
)
from .sessions import Sessions
from .settings import Settings
from .site import Site

NAME = "frontend"
PARTS = (account, home, bases, records, workspaces, members, chat, files, workflows)


def application(settings: Settings) -> FastAPI:
    """Return the application. Without Redis or the gateway it shows pages that say so."""
    cache, gateway, assets = Cache(NAME, settings), Gateway(settings), Assets()
    app = create_app(
        NAME,
        settings,
        routers=[
            operation.router(settings),
            assets.router(),
            *(each.router for each in PARTS),
        ],
        useful={"redis": cache.check, "api-gateway": gateway.check},
        resources=[cache, gateway],
    )
    app.state.site = Site(settings, gateway, Sessions(cache), Cookies(settings))
    app.state.pages = Pages(assets, settings.service_version)
    failures.install(app)
    # Inside the shared observation, so that refusals are counted and logged too.
    app.user_middleware.append(Middleware(Guarded, secure=settings.secure, failed=failures.crashed))
    return app
