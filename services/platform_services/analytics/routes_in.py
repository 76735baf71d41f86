"""The routes that take events and metrics in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pyairtable_shared.service_auth import Caller, caller

from ..errors import documented
from .bodies import Accepted, BatchAccepted, Event, EventBatch, Metric, MetricBatch
from .ingest import Ingest

Who = Annotated[Caller, Depends(caller)]


def ingest_router(ingest: Ingest) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/analytics", tags=["analytics"], responses=documented())

    @routes.post("/events", status_code=202, response_model=Accepted)
    async def add_event(body: Event, who: Who) -> Accepted:
        """Keep one event of the caller."""
        new = await ingest.events(who, [body])
        return Accepted(id=body.id, duplicate=not new)

    @routes.post("/events/batch", status_code=202, response_model=BatchAccepted)
    async def add_events(body: EventBatch, who: Who) -> BatchAccepted:
        """Keep up to 1,000 events of the caller, all or none."""
        return _told(body.events, await ingest.events(who, body.events, "events"))

    @routes.post("/metrics", status_code=202, response_model=Accepted)
    async def add_metric(body: Metric, who: Who) -> Accepted:
        """Keep one metric of the caller's tenant."""
        new = await ingest.metrics(who, [body])
        return Accepted(id=body.id, duplicate=not new)

    @routes.post("/metrics/batch", status_code=202, response_model=BatchAccepted)
    async def add_metrics(body: MetricBatch, who: Who) -> BatchAccepted:
        """Keep up to 1,000 metrics of the caller's tenant, all or none."""
        return _told(body.metrics, await ingest.metrics(who, body.metrics, "metrics"))

    return routes


def _told(items: Sequence[Event | Metric], new: int) -> BatchAccepted:
    ids = [item.id for item in items]
    return BatchAccepted(accepted=new, duplicates=len(ids) - new, ids=ids)
