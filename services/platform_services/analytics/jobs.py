"""The background task: one replica at a time rolls days up and removes what is old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from prometheus_client import Counter, Gauge
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger

from ..settings import Settings
from . import rollups

DAYS = Counter("analytics_rollup_days_total", "Days rolled up.")
REMOVED = Counter("analytics_removed_total", "Events and metrics removed because of their age.")
FAILURES = Counter("analytics_rollup_failures_total", "Tenants or passes that failed.")
LAST = Gauge("analytics_rollup_last_success_seconds", "When a pass last succeeded, since 1970.")

# Any number that no other advisory lock of this database has.
LOCK = 8_007_000_001


class Rollups:
    """The work in the background: roll-ups, retention, and what removed tenants left."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings

    async def look(self) -> None:
        """Do what there is to do; without the database, the next time will do."""
        try:
            await self.once()
        except (ApiError, psycopg.Error) as error:
            FAILURES.inc()
            logger().warning("roll-ups wait for the database", error=type(error).__name__)

    async def once(self, now: datetime | None = None) -> bool:
        """Do all there is to do; False when another replica is at it."""
        today = (now or datetime.now(UTC)).date()
        oldest = today - timedelta(days=self._settings.retention_days)
        # The lock ends with this transaction, also when this process does.
        async with self._database.tenant_transaction(
            rollups.NOBODY, rollups.NOBODY, platform_admin=True
        ) as guard:
            got = await guard.execute("SELECT pg_try_advisory_xact_lock(%s) AS got", (LOCK,))
            row = await got.fetchone()
            if row is None or not row["got"]:
                return False

            async def roll(tenant: UUID) -> None:
                DAYS.inc(await rollups.roll_up(self._database, tenant, oldest))

            async def expire(tenant: UUID) -> None:
                REMOVED.inc(await rollups.expire(self._database, tenant, oldest, today))

            async def forget(tenant: UUID) -> None:
                await rollups.forget(self._database, tenant)

            # In this order: a day's rows are removed when it has been rolled up.
            well = await _each(await rollups.stale_tenants(guard), roll)
            if well:
                well = await _each(await rollups.expired_tenants(guard, oldest), expire)
            well &= await _each(await rollups.gone_tenants(guard), forget)
        if well:
            LAST.set_to_current_time()
        return True


async def _each(tenants: Iterable[UUID], work: Callable[[UUID], Awaitable[None]]) -> bool:
    """Work for each tenant; one that fails keeps no other from it. Whether all went well."""
    well = True
    for tenant in tenants:
        try:
            await work(tenant)
        except (ApiError, psycopg.Error) as error:
            well = False
            FAILURES.inc()
            logger().warning(
                "a tenant's roll-ups failed", tenant_id=str(tenant), error=type(error).__name__
            )
    return well
