"""Tells Redis who is suspended and what the limits are, and tells it again.

So a Redis that was flushed, or was away when something changed, knows it within one pause.
"""

from __future__ import annotations

from uuid import UUID

from psycopg import Error as DatabaseError
from pyairtable_shared.airtable_quota import AirtableQuota
from pyairtable_shared.database import Database
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from pyairtable_shared.suspension import Suspension
from redis.exceptions import RedisError

NOBODY = UUID(int=0)
_SUSPENDED = "SELECT id::text FROM tenants.tenants WHERE suspended_at IS NOT NULL"
_LIMITS = """SELECT t.id::text, p.airtable_calls_per_day AS most
    FROM tenants.tenants t JOIN tenants.plans p ON p.name = t.plan
    WHERE p.airtable_calls_per_day IS NOT NULL"""


class Publishing:
    """Publishes when told to."""

    def __init__(self, database: Database, suspension: Suspension, quota: AirtableQuota) -> None:
        self._database, self._suspension, self._quota = database, suspension, quota

    async def now(self) -> None:
        """Publish; when a store is away, the next time will do."""
        try:
            async with self._database.tenant_transaction(
                NOBODY, NOBODY, platform_admin=True
            ) as connection:
                gone = await (await connection.execute(_SUSPENDED)).fetchall()
                limits = await (await connection.execute(_LIMITS)).fetchall()
            await self._suspension.replace([row["id"] for row in gone])
            await self._quota.replace({row["id"]: row["most"] for row in limits})
        except (ApiError, DatabaseError, RedisError, OSError) as error:
            logger().warning("suspensions not published", error=type(error).__name__)
