"""What the platform keeps of a tenant: its rows in every table, and the assistant's sessions."""

from __future__ import annotations

import hashlib
from typing import Any

from psycopg import Connection, sql
from redis import Redis

from .tenancy_sides import Side

_WITH = (
    "SELECT n.nspname, c.relname FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = %(column)s"
    " WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped"
    " AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = c.oid"
    " AND b.attname = %(without)s AND NOT b.attisdropped) ORDER BY 1, 2"
)
# The queue's table has the tenant in what a job is given.
_QUEUE = sql.SQL("automation.procrastinate_jobs")
_OF_QUEUE = sql.SQL("t.args->>'tenant_id' = %(tenant)s::text")
_SESSIONS = "llm-orchestrator:*{}*"
_MANY = 10_000


class Rows:
    """All rows of tenants, as the stores' superusers see them."""

    def __init__(self, link: Connection, redis: Redis) -> None:
        self._link, self._redis = link, redis
        # The triggers of the queue name its tables without their schema.
        link.execute("SET search_path = automation")
        of_tenants = link.execute(_WITH, {"column": "tenant_id", "without": ""}).fetchall()
        of_users = link.execute(_WITH, {"column": "user_id", "without": "tenant_id"}).fetchall()
        self._removed = [
            sql.SQL("DELETE FROM {} WHERE tenant_id = %(tenant)s").format(sql.Identifier(*table))
            for table in of_tenants
            if table[0] in ("automation", "platform")
        ]
        tenant, people = "t.{} = %(tenant)s", "t.user_id::text = ANY(%(people)s)"
        conditions = [
            *((sql.Identifier(*each), _column(tenant, "tenant_id")) for each in of_tenants),
            *((sql.Identifier(*each), sql.SQL(people)) for each in of_users),
            (sql.Identifier("tenants", "tenants"), _column(tenant, "id")),
            (_QUEUE, _OF_QUEUE),
        ]
        self._digested = sql.SQL(" UNION ALL ").join(_digest(*each) for each in conditions)

    def of(self, side: Side) -> list[tuple[Any, ...]]:
        """Return a digest of all that a tenant has, place by place."""
        asked = {"tenant": side.tenant, "people": side.people}
        return [*self._link.execute(self._digested, asked).fetchall(), *self._sessions(side)]

    def remove(self, side: Side) -> None:
        """Remove what background work would find later: jobs, executions, files, events."""
        asked = {"tenant": side.tenant}
        queued = sql.SQL("DELETE FROM {} t WHERE {}").format(_QUEUE, _OF_QUEUE)
        for statement in (queued, *self._removed):
            self._link.execute(statement, asked)

    def _sessions(self, side: Side) -> list[tuple[Any, ...]]:
        keys = sorted(self._redis.scan_iter(_SESSIONS.format(side.tenant), count=_MANY))
        return [(key, hashlib.md5(self._redis.dump(key) or b"").hexdigest()) for key in keys]


def _column(condition: str, name: str) -> sql.Composed:
    return sql.SQL(condition).format(sql.Identifier(name))


def _digest(table: sql.Composable, condition: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "SELECT {name}, count(*), md5(string_agg(t::text, ' ' ORDER BY t::text))"
        " FROM {table} t WHERE {condition}"
    ).format(name=sql.Literal(repr(table)), table=table, condition=condition)
