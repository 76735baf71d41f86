"""The routes that report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pyairtable_shared.etag import tagged
from pyairtable_shared.service_auth import Caller, caller
from starlette.responses import Response

from ..errors import documented
from .answers import CostsReport, Dashboard, MetricsReport, UsageReport
from .bodies import Moment, Name
from .query import Analytics
from .ranges import Interval, InvalidRange, Range, resolve

Who = Annotated[Caller, Depends(caller)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for."""

    start: datetime | None
    end: datetime | None
    interval: Interval
    name: str | None


async def question(
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
    interval: Interval = "day",
    name: Annotated[Name | None, Query(description="Only events or metrics of this name.")] = None,
) -> Asked:
    """Return what is asked for."""
    return Asked(start, end, interval, name)


Question = Annotated[Asked, Depends(question)]


def reports_router(analytics: Analytics, retention_days: int) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/analytics", tags=["analytics"], responses=documented())

    def during(asked: Asked) -> Range:
        try:
            return resolve(
                asked.start, asked.end, asked.interval, datetime.now(UTC), retention_days
            )
        except InvalidRange as error:
            wrong = {"type": "value_error", "loc": ("query", error.field), "msg": str(error)}
            raise RequestValidationError([wrong]) from error

    @routes.get("/metrics", response_model=MetricsReport)
    async def report_metrics(request: Request, who: Who, asked: Question) -> Response:
        """Return what was measured in the tenant."""
        return tagged(request, await analytics.metrics(who, during(asked), asked.name))

    @routes.get("/usage", response_model=UsageReport)
    async def report_usage(request: Request, who: Who, asked: Question) -> Response:
        """Return how often what was done in the tenant, and by how many."""
        return tagged(request, await analytics.usage(who, during(asked), asked.name))

    @routes.get("/costs", response_model=CostsReport)
    async def report_costs(request: Request, who: Who, asked: Question) -> Response:
        """Return what the tenant's events cost."""
        return tagged(request, await analytics.costs(who, during(asked), asked.name))

    @routes.get("/dashboard", response_model=Dashboard)
    async def report_dashboard(request: Request, who: Who, asked: Question) -> Response:
        """Return the other reports in short."""
        return tagged(request, await analytics.dashboard(who, during(asked), asked.name))

    return routes
