"""What the platform asks the service."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from ..settings import Settings


class Health(BaseModel):
    """That the process lives."""

    status: Literal["healthy"]
    service: str
    version: str


def router(settings: Settings) -> APIRouter:
    """Return the route."""
    routes = APIRouter(prefix="/api", tags=["operation"])

    @routes.get("/health", response_model=Health)
    async def api_health() -> Health:
        """Say that the process lives; asks nobody else."""
        return Health(status="healthy", service="frontend", version=settings.service_version)

    return routes
