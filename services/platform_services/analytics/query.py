"""Reports: time series without gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller

from . import statements
from .ranges import Range

Json = dict[str, Any]
Row = Mapping[str, Any]


class Analytics:
    """The reports of a tenant. name: just events or metrics of this name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def metrics(self, caller: Caller, span: Range, name: str | None) -> Json:
        """Return what was measured."""
        async with self._transaction(caller) as connection:
            ask = _asking(connection, span, name)
            rows = await ask(statements.series_of_metrics(span.interval))
        series = [
            {
                "name": each,
                "total": sum(row["count"] for row in of_name),
                "points": _filled(span, of_name, _metric_point),
            }
            for each, of_name in _by_name(rows)
        ]
        return {**_head(span), "series": series}

    async def usage(self, caller: Caller, span: Range, name: str | None) -> Json:
        """Return how often what was done, and by how many."""
        async with self._transaction(caller) as connection:
            ask = _asking(connection, span, name)
            totals = await ask(statements.all_events(span.interval))
            rows = await ask(statements.series_of_events(span.interval))
            active = await ask(statements.users(span.interval))
        series = [
            {
                "name": each,
                "total": sum(row["count"] for row in of_name),
                "points": _filled(span, of_name, _event_point),
            }
            for each, of_name in _by_name(rows)
        ]
        return {
            **_head(span),
            "total": sum(row["count"] for row in totals),
            "series": series,
            "active_users": {
                "total": _whole(active),
                "points": _filled(span, active, _count_point),
            },
        }

    async def costs(self, caller: Caller, span: Range, name: str | None) -> Json:
        """Return what it cost."""
        async with self._transaction(caller) as connection:
            ask = _asking(connection, span, name)
            totals = await ask(statements.all_events(span.interval))
            rows = await ask(statements.series_of_costs(span.interval))
        series = [
            {
                "name": each,
                "total_usd": _dollars(of_name),
                "points": _filled(span, of_name, _cost_point),
            }
            for each, of_name in _by_name(rows)
        ]
        return {
            **_head(span),
            "total_usd": _dollars(totals),
            "points": _filled(span, totals, _cost_point),
            "series": series,
        }

    async def dashboard(self, caller: Caller, span: Range, name: str | None) -> Json:
        """Return the other reports in short."""
        async with self._transaction(caller) as connection:
            ask = _asking(connection, span, name)
            events = await ask(statements.all_events(span.interval))
            top = await ask(statements.top_events(span.interval))
            active = await ask(statements.users(span.interval))
            measured = await ask(statements.all_metrics(span.interval))
        return {
            **_head(span),
            "totals": {
                "events": sum(row["count"] for row in events),
                "metrics": measured[0]["count"],
                "active_users": _whole(active),
                "cost_usd": _dollars(events),
            },
            "top_events": [{"name": row["name"], "count": row["count"]} for row in top],
            "events": _filled(span, events, _count_point),
            "active_users": _filled(span, active, _count_point),
            "costs": _filled(span, events, _cost_point),
        }

    def _transaction(self, caller: Caller) -> Any:
        return self._database.tenant_transaction(caller.tenant_id, caller.user_id)


def _asking(connection: AsyncConnection[DictRow], span: Range, name: str | None) -> Any:
    values = {"start": span.start, "end": span.end, "interval": span.interval, "name": name}

    async def ask(statement: sql.Composed) -> list[DictRow]:
        found = await connection.execute(statement, values)
        return await found.fetchall()

    return ask


def written(moment: datetime) -> str:
    """Return a time of UTC as RFC 3339 has it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _head(span: Range) -> Json:
    return {"from": written(span.start), "to": written(span.end), "interval": span.interval}


def _by_name(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    return [(name, list(group)) for name, group in groupby(rows, key=itemgetter("name"))]


def _filled(span: Range, rows: Iterable[Row], point: Callable[[Row], Json]) -> list[Json]:
    """Return a point for each bucket; those without a row are of nothing."""
    known = {written(row["at"]): row for row in rows if row["at"] is not None}
    starts = map(written, span.starts())
    return [{"start": start, **point(known.get(start, {}))} for start in starts]


def _count_point(row: Row) -> Json:
    return {"count": row.get("count", 0)}


def _event_point(row: Row) -> Json:
    return {"count": row.get("count", 0), "value": row.get("value", 0.0)}


def _cost_point(row: Row) -> Json:
    return {"cost_usd": float(row.get("cost_usd", 0))}


def _metric_point(row: Row) -> Json:
    if not row:
        return {"count": 0, "sum": 0.0, "min": None, "max": None, "avg": None}
    average = row["sum"] / row["count"]
    return {key: row[key] for key in ("count", "sum", "min", "max")} | {"avg": average}


def _dollars(rows: Iterable[Row]) -> float:
    return float(sum(row["cost_usd"] for row in rows))


def _whole(rows: Iterable[Row]) -> int:
    return next((row["count"] for row in rows if row["at"] is None), 0)
