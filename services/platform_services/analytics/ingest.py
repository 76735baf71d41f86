"""Taking events and metrics in: one statement for a whole batch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, LiteralString

from fastapi.exceptions import RequestValidationError
from prometheus_client import Counter
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller

from .bodies import Event, Metric

TAKEN = Counter("analytics_items_total", "Events and metrics taken in.", ["kind"])
DUPLICATES = Counter("analytics_duplicates_total", "Those that were there already.", ["kind"])

# Other machines' clocks may be ahead of ours.
AHEAD = timedelta(minutes=5)

# A batch is one array for each column: one round trip, and what is there already is left out.
_EVENTS: LiteralString = """
INSERT INTO platform.events
    (tenant_id, user_id, id, name, occurred_at, properties, value, cost_usd)
SELECT %s, %s, * FROM unnest(
    %s::uuid[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::float8[], %s::numeric[])
ON CONFLICT DO NOTHING
"""
_METRICS: LiteralString = """
INSERT INTO platform.metrics (tenant_id, user_id, id, name, occurred_at, value, labels)
SELECT %s, %s, * FROM unnest(
    %s::uuid[], %s::text[], %s::timestamptz[], %s::float8[], %s::jsonb[])
ON CONFLICT DO NOTHING
"""
_STALE: LiteralString = """
INSERT INTO platform.stale_days (tenant_id, day) SELECT %s, * FROM unnest(%s::date[])
"""


class Ingest:
    """Keeps what a tenant's users send, and notes which days have to be rolled up again."""

    def __init__(self, database: Database, retention_days: int) -> None:
        self._database, self._retention = database, retention_days

    async def events(self, caller: Caller, items: Sequence[Event], field: str | None = None) -> int:
        """Keep events; return how many were new.

        field: of the body, where they stand in a list; None when the body is the one item.
        Raises RequestValidationError for a time that is outside of what is kept.
        """
        times = self._times(items, field)
        rows: list[list[Any]] = [
            [item.id for item in items],
            [item.name for item in items],
            times,
            [json.dumps(item.properties) for item in items],
            [item.value for item in items],
            [item.cost_usd for item in items],
        ]
        return await self._keep("event", caller, _EVENTS, rows, times)

    async def metrics(
        self, caller: Caller, items: Sequence[Metric], field: str | None = None
    ) -> int:
        """Keep metrics; the rest is as for events."""
        times = self._times(items, field)
        rows: list[list[Any]] = [
            [item.id for item in items],
            [item.name for item in items],
            times,
            [item.value for item in items],
            [json.dumps(item.labels) for item in items],
        ]
        return await self._keep("metric", caller, _METRICS, rows, times)

    async def _keep(
        self,
        kind: str,
        caller: Caller,
        statement: LiteralString,
        rows: list[list[Any]],
        times: Sequence[datetime],
    ) -> int:
        days = sorted({moment.date() for moment in times})
        async with self._database.tenant_transaction(
            caller.tenant_id, caller.user_id
        ) as connection:
            kept = await connection.execute(statement, (caller.tenant_id, caller.user_id, *rows))
            if kept.rowcount:
                await connection.execute(_STALE, (caller.tenant_id, days))
        TAKEN.labels(kind).inc(kept.rowcount)
        DUPLICATES.labels(kind).inc(len(times) - kept.rowcount)
        return kept.rowcount

    def _times(self, items: Sequence[Event | Metric], field: str | None) -> list[datetime]:
        now = datetime.now(UTC)
        first, last = oldest_taken(now, self._retention), now + AHEAD
        times = [item.occurred_at or now for item in items]
        wrong = [at for at, moment in enumerate(times) if not first <= moment <= last]
        if wrong:
            message = f"must be between {first.isoformat()} and {last.isoformat()}"
            places = [() if field is None else (field, at) for at in wrong]
            raise RequestValidationError(
                [
                    {"type": "value_error", "loc": ("body", *place, "occurred_at"), "msg": message}
                    for place in places
                ]
            )
        return [moment.astimezone(UTC) for moment in times]


def oldest_taken(now: datetime, retention_days: int) -> datetime:
    """Return the earliest time of what is taken in: a day later than what is removed.

    So no day gets rows after the others of that day were removed, which would make its roll-up
    anew from these few.
    """
    day = now.astimezone(UTC).date() - timedelta(days=retention_days - 1)
    return datetime.combine(day, time(), UTC)
