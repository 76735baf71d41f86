"""PostgreSQL through a small pool."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from psycopg import AsyncConnection, DataError, OperationalError
from psycopg.errors import ForeignKeyViolation
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from . import metrics
from .errors import ApiError
from .settings import ServiceSettings, read_secret

# A service may have 25 connections, and two of it run side by side during a release.
MOST_CONNECTIONS = 12
LEAST_CONNECTIONS = 1
IDLE_SECONDS = 60.0
WAIT_SECONDS = 5.0
STATEMENT_MILLISECONDS = 10_000


class _Connection(AsyncConnection[DictRow]):
    """Reads the password at each connect, so that a rotation needs no restart."""

    @classmethod
    async def connect(cls, conninfo: str = "", **options: Any) -> Self:
        options["password"] = read_secret(options.pop("password_file"))
        return await super().connect(conninfo, **options)


class Database:
    """The pool of a service. It keeps trying when PostgreSQL is away, at start and later.

    most: connections; a service with two pools divides its own between them.
    """

    def __init__(
        self, service: str, settings: ServiceSettings, *, most: int = MOST_CONNECTIONS
    ) -> None:
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
                "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
            },
            min_size=LEAST_CONNECTIONS,
            max_size=most,
            max_idle=IDLE_SECONDS,
            timeout=WAIT_SECONDS,
            reconnect_timeout=5.0,
            max_lifetime=600,
            check=AsyncConnectionPool.check_connection,
            open=False,
            name=service,
        )
        metrics.POOL.labels(service, "open").set_function(lambda: self._count("pool_size"))
        metrics.POOL.labels(service, "idle").set_function(lambda: self._count("pool_available"))
        metrics.POOL.labels(service, "most").set(most)
        metrics.POOL_WAITING.labels(service).set_function(lambda: self._count("requests_waiting"))

    @property
    def pool(self) -> AsyncConnectionPool[Any]:
        """The pool itself, for a library that wants one."""
        return self._pool

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
        """One transaction.

        Raises ApiError 503 when PostgreSQL is away, 422 when it cannot hold a value, 409 when
        what a row belongs to is gone, such as the tenant of a token that has not ended yet.
        """
        try:
            # Begun in so many words: whatever state a connection comes out of the pool in, its
            # statements are one transaction, and two that share it by mistake fail loudly.
            async with self._pool.connection() as connection, connection.transaction():
                yield connection
        except (PoolTimeout, OperationalError) as error:
            raise ApiError(503, "database_unavailable", "Try again in a moment") from error
        except ForeignKeyViolation as error:
            raise ApiError(409, "gone_meanwhile", "What this belongs to was removed") from error
        except DataError as error:
            raise ApiError(422, "invalid_value", "A value that was sent cannot be kept") from error

    @asynccontextmanager
    async def tenant_transaction(
        self, tenant_id: UUID, user_id: UUID, *, platform_admin: bool = False
    ) -> AsyncIterator[AsyncConnection[DictRow]]:
        """One transaction that sees and changes the rows of one tenant only.

        user_id: who acts. platform_admin: the rows of all tenants, for the platform's admins.
        """
        async with self.transaction() as connection:
            await connection.execute(
                "SELECT set_config('app.tenant_id', %s, true), set_config('app.user_id', %s, true),"
                " set_config('app.platform_admin', %s, true)",
                (str(tenant_id), str(user_id), "on" if platform_admin else "off"),
            )
            yield connection

    async def check(self) -> None:
        """Ask PostgreSQL something; raises when it does not answer."""
        async with self._pool.connection(timeout=1.0) as connection:
            await connection.execute("SELECT 1")

    def _count(self, name: str) -> int:
        return self._pool.get_stats().get(name, 0)
