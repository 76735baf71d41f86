"""PostgreSQL through a pool of at most 25 connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from . import metrics
from .errors import ApiError
from .settings import ServiceSettings, read_secret

MOST_CONNECTIONS = 25
LEAST_CONNECTIONS = 1
WAIT_SECONDS = 5.0
STATEMENT_MILLISECONDS = 10_000


class _Connection(AsyncConnection[DictRow]):
    """Reads the password at each connect, so that a rotation needs no restart."""

    @classmethod
    async def connect(cls, conninfo: str = "", **options: Any) -> Self:
        options["password"] = read_secret(options.pop("password_file"))
        return await super().connect(conninfo, **options)


class Database:
    """The pool of a service. It keeps trying when PostgreSQL is away, at start and later."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self._service = service
        self._pool: AsyncConnectionPool[_Connection] = AsyncConnectionPool(
            connection_class=_Connection,
            kwargs={
                "host": settings.postgres_host,
                "port": settings.postgres_port,
                "dbname": settings.postgres_db,
                "user": settings.postgres_user,
                "password_file": settings.postgres_password_file,
                "application_name": service,
                "connect_timeout": 5,
                "row_factory": dict_row,
                "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
            },
            min_size=LEAST_CONNECTIONS,
            max_size=MOST_CONNECTIONS,
            timeout=WAIT_SECONDS,
            reconnect_timeout=5.0,
            max_lifetime=600,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def __aenter__(self) -> Self:
        await self._pool.open(wait=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection[DictRow]]:
        """One transaction. Raises ApiError 503 when PostgreSQL is away."""
        try:
            async with self._pool.connection() as connection:
                self._measure()
                yield connection
        except (PoolTimeout, OperationalError) as error:
            raise ApiError(503, "database_unavailable", "Try again in a moment") from error

    @asynccontextmanager
    async def tenant_transaction(
        self, tenant_id: UUID, user_id: UUID
    ) -> AsyncIterator[AsyncConnection[DictRow]]:
        """One transaction that sees and changes the rows of one tenant only."""
        async with self.transaction() as connection:
            await connection.execute(
                "SELECT set_config('app.tenant_id', %s, true), set_config('app.user_id', %s, true)",
                (str(tenant_id), str(user_id)),
            )
            yield connection

    async def check(self) -> None:
        """Ask PostgreSQL something; raises when it does not answer."""
        async with self._pool.connection(timeout=1.5) as connection:
            await connection.execute("SELECT 1")

    def _measure(self) -> None:
        stats = self._pool.get_stats()
        for state in ("pool_size", "pool_available", "requests_waiting"):
            metrics.POOL.labels(self._service, state).set(stats.get(state, 0))
