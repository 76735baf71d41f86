"""The schedule: asks for an execution at each tick, once over all replicas."""

from __future__ import annotations

from uuid import UUID

from pyairtable_shared.database import Database
from pyairtable_shared.logs import logger
from pyairtable_shared.service_auth import Caller

from ..workflows.cron import next_tick
from ..workflows.executions import Executions
from .nobody import NOBODY

# Looked at in one round; what is left is looked at in the next.
_AT_ONCE = 200


class Schedule:
    """Looks for workflows whose tick has come. The clock is the database's."""

    def __init__(self, database: Database, executions: Executions) -> None:
        self._database, self._executions = database, executions

    async def round(self) -> None:
        """Ask for the executions that are due."""
        async with self._database.tenant_transaction(
            NOBODY.tenant_id, NOBODY.user_id, platform_admin=True
        ) as link:
            found = await link.execute(
                "SELECT w.id, w.tenant_id, w.user_id FROM automation.workflows w"
                " JOIN tenants.tenants t ON t.id = w.tenant_id AND t.suspended_at IS NULL"
                " WHERE w.enabled AND w.next_tick <= now() ORDER BY w.next_tick LIMIT %s",
                (_AT_ONCE,),
            )
            due = await found.fetchall()
        for row in due:
            author = Caller(user_id=row["user_id"], tenant_id=row["tenant_id"], role="user")
            await self._tick(author, row["id"])

    async def _tick(self, author: Caller, workflow_id: UUID) -> None:
        """Ask for the execution of one tick, and note the next.

        Ticks that nobody was there for are made up for by one execution. The workflow of
        somebody who has left the tenant is turned off; its last execution says why.
        """
        async with self._database.tenant_transaction(author.tenant_id, author.user_id) as link:
            found = await link.execute(
                "SELECT trigger, next_tick, now() AS now, EXISTS (SELECT FROM tenants.members m"
                " WHERE m.tenant_id = w.tenant_id AND m.user_id = w.user_id) AS belongs"
                " FROM automation.workflows w"
                " WHERE id = %s AND enabled AND next_tick <= now() FOR UPDATE OF w SKIP LOCKED",
                (workflow_id,),
            )
            row = await found.fetchone()
            if row is None:
                return
            made = await self._executions.add(
                link, author, workflow_id, "cron", {}, row["next_tick"]
            )
            after = next_tick(row["trigger"]["cron"], row["now"]) if row["belongs"] else None
            await link.execute(
                "UPDATE automation.workflows SET next_tick = %s, enabled = %s WHERE id = %s",
                (after, row["belongs"], workflow_id),
            )
        if made is not None:
            logger().info("tick", workflow_id=str(workflow_id), execution_id=str(made["id"]))
