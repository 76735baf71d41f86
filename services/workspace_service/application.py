"""The application of workspace-service."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import require_service

from .bases import Bases
from .desk import Desk
from .members import Members
from .projects import Projects
from .routes.bases import bases_router
from .routes.members import members_router
from .routes.projects import projects_router
from .routes.workspaces import workspaces_router
from .settings import Settings
from .workspaces import Workspaces

NAME = "workspace-service"


def application(settings: Settings) -> FastAPI:
    """Return the application."""
    database = Database(NAME, settings)
    desk = Desk(database)
    guarded = APIRouter(dependencies=[Depends(require_service(settings))])
    for router in (
        workspaces_router(Workspaces(desk)),
        members_router(Members(desk)),
        projects_router(Projects(desk)),
        bases_router(Bases(desk)),
    ):
        guarded.include_router(router)
    return create_app(
        NAME,
        settings,
        routers=[guarded],
        checks={"postgres": database.check},
        resources=[database],
    )
