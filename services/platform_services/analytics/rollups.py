"""Rolling days up, and removing what is old: what is done to the tables, tenant by tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow
from pyairtable_shared.database import Database

# Nobody: what is done in the background is done for the tenant.
NOBODY = UUID(int=0)
ROLLUPS_KEPT = timedelta(days=730)
REMOVED_AT_ONCE = 10_000
# A day of millions takes longer than a request may.
_PATIENCE: LiteralString = "SET LOCAL statement_timeout = '120s'"

# Days of which raw rows were removed keep the roll-ups that they have.
_TAKEN: LiteralString = """
WITH gone AS (DELETE FROM platform.stale_days RETURNING day)
SELECT DISTINCT day FROM gone
WHERE day >= (SELECT removed_before FROM platform.retention)
ORDER BY day
"""
_KNOWN: LiteralString = """
INSERT INTO platform.retention (tenant_id, removed_before) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""
_MADE: tuple[LiteralString, ...] = (
    "DELETE FROM platform.daily_events WHERE day = %(day)s",
    """
    INSERT INTO platform.daily_events (tenant_id, day, name, count, value, cost_usd)
    SELECT %(tenant)s, %(day)s, name, count(*), coalesce(sum(value), 0),
        coalesce(sum(cost_usd), 0)
    FROM platform.events WHERE occurred_at >= %(day)s AND occurred_at < %(next)s GROUP BY name
    """,
    "DELETE FROM platform.daily_users WHERE day = %(day)s",
    """
    INSERT INTO platform.daily_users (tenant_id, day, user_id)
    SELECT DISTINCT %(tenant)s::uuid, %(day)s::date, user_id
    FROM platform.events WHERE occurred_at >= %(day)s AND occurred_at < %(next)s
    """,
    "DELETE FROM platform.daily_keys WHERE day = %(day)s",
    """
    INSERT INTO platform.daily_keys (tenant_id, day, user_id, key_id, count)
    SELECT %(tenant)s, %(day)s, user_id, properties->>'key_id', count(*)
    FROM platform.events WHERE occurred_at >= %(day)s AND occurred_at < %(next)s
    AND name = 'api_key.request' AND properties->>'key_id' IS NOT NULL
    GROUP BY user_id, properties->>'key_id'
    """,
    "DELETE FROM platform.daily_metrics WHERE day = %(day)s",
    """
    INSERT INTO platform.daily_metrics (tenant_id, day, name, count, sum, least, most)
    SELECT %(tenant)s, %(day)s, name, count(*), sum(value), min(value), max(value)
    FROM platform.metrics WHERE occurred_at >= %(day)s AND occurred_at < %(next)s GROUP BY name
    """,
)
_RAW = ("events", "metrics")
_DAILY = ("daily_events", "daily_users", "daily_keys", "daily_metrics")


async def stale_tenants(connection: AsyncConnection[DictRow]) -> Sequence[UUID]:
    """Return the tenants that have days to roll up. The transaction sees all tenants."""
    return await _ids(connection, "SELECT DISTINCT tenant_id FROM platform.stale_days")


async def expired_tenants(connection: AsyncConnection[DictRow], before: date) -> Sequence[UUID]:
    """Return the tenants of which rows before a day are to be removed."""
    statement: LiteralString = "SELECT tenant_id FROM platform.retention WHERE removed_before < %s"
    return await _ids(connection, statement, before)


async def gone_tenants(connection: AsyncConnection[DictRow]) -> Sequence[UUID]:
    """Return the tenants that do not exist any more and left something."""
    return await _ids(
        connection,
        "SELECT tenant_id FROM platform.retention r"
        " WHERE NOT EXISTS (SELECT FROM tenants.tenants t WHERE t.id = r.tenant_id)",
    )


async def roll_up(database: Database, tenant: UUID, oldest: date) -> int:
    """Make the roll-ups of a tenant's stale days anew, all or none; return how many days.

    oldest: the first day of which raw rows are kept.
    """
    async with database.tenant_transaction(tenant, NOBODY) as connection:
        await connection.execute(_PATIENCE)
        await connection.execute(_KNOWN, (tenant, oldest))
        found = await connection.execute(_TAKEN)
        days = [row["day"] for row in await found.fetchall()]
        for day in days:
            values = {"tenant": tenant, "day": day, "next": day + timedelta(days=1)}
            for statement in _MADE:
                await connection.execute(statement, values)
    return len(days)


async def expire(database: Database, tenant: UUID, oldest: date, today: date) -> int:
    """Remove a tenant's raw rows before a day, and roll-ups of two years ago.

    Returns how many raw rows.
    """
    async with database.tenant_transaction(tenant, NOBODY) as connection:
        await connection.execute(
            "UPDATE platform.retention SET removed_before = %s WHERE removed_before < %s",
            (oldest, oldest),
        )
    removed = sum([await _remove_raw(database, tenant, table, oldest) for table in _RAW])
    async with database.tenant_transaction(tenant, NOBODY) as connection:
        for table in _DAILY:
            await connection.execute(
                sql.SQL("DELETE FROM {} WHERE day < %s").format(_named(table)),
                (today - ROLLUPS_KEPT,),
            )
    return removed


async def forget(database: Database, tenant: UUID) -> None:
    """Remove all that a tenant left that is gone."""
    for table in _RAW:
        await _remove_raw(database, tenant, table, None)
    async with database.tenant_transaction(tenant, NOBODY) as connection:
        await connection.execute(_PATIENCE)
        for table in (*_DAILY, "stale_days", "retention"):
            await connection.execute(sql.SQL("DELETE FROM {}").format(_named(table)))


async def _remove_raw(database: Database, tenant: UUID, table: str, before: date | None) -> int:
    """Remove raw rows, some at a time, so that no transaction is long."""
    statement = sql.SQL(
        "DELETE FROM {table} WHERE id IN (SELECT id FROM {table}"
        " WHERE occurred_at < coalesce(%(before)s::date, 'infinity'::timestamptz)"
        " LIMIT %(most)s)"
    ).format(table=_named(table))
    removed = 0
    while True:
        async with database.tenant_transaction(tenant, NOBODY) as connection:
            done = await connection.execute(statement, {"before": before, "most": REMOVED_AT_ONCE})
        removed += done.rowcount
        if done.rowcount < REMOVED_AT_ONCE:
            return removed


async def _ids(
    connection: AsyncConnection[DictRow], statement: LiteralString, *values: object
) -> Sequence[UUID]:
    found = await connection.execute(statement, values)
    return [row["tenant_id"] for row in await found.fetchall()]


def _named(table: str) -> sql.Identifier:
    return sql.Identifier("platform", table)
