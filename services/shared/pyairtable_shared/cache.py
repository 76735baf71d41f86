"""Redis, for caches and for what all replicas share."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import RedisError

from . import metrics
from .logs import logger
from .settings import ServiceSettings, read_secret

SHARED = "shared:"
MOST_CONNECTIONS = 64
ANSWER_SECONDS = 1.0
# Stands where nothing may be cached; no JSON text looks like it.
_BARRED = "-"


class _FileCredentials(CredentialProvider):
    """Reads the password at each connect, so that a rotation needs no restart."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings

    def get_credentials(self) -> tuple[str, str]:
        return self._settings.redis_user, read_secret(self._settings.redis_password_file)

    async def get_credentials_async(self) -> tuple[str, str]:
        return self.get_credentials()


class Cache:
    """A service's part of Redis: its keys begin with its name.

    client: for what needs Redis itself; it raises RedisError when Redis is away. The methods
    here are for caching only and never fail: without Redis nothing is found.
    """

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self._service = service
        self._up = metrics.CACHE_UP.labels(service)
        self.prefix = f"{service}:"
        pool = BlockingConnectionPool(
            max_connections=MOST_CONNECTIONS,
            timeout=ANSWER_SECONDS,
            host=settings.redis_host or "redis",
            port=settings.redis_port,
            db=settings.redis_db,
            credential_provider=_FileCredentials(settings),
            decode_responses=True,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
            client_name=service,
        )
        self.client: Redis = Redis.from_pool(pool)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.aclose()

    def key(self, name: str) -> str:
        """Return a key of this service."""
        return self.prefix + name

    async def get(self, name: str) -> Any | None:
        """Return what is cached under a name."""
        found = None
        try:
            found = await self.client.get(self.key(name))
        except RedisError as error:
            self._away(error)
        if found == _BARRED:
            found = None
        metrics.CACHE.labels(self._service, "miss" if found is None else "hit").inc()
        return None if found is None else json.loads(found)

    async def set(self, name: str, value: object, seconds: int, *, new: bool = False) -> None:
        """Cache a value for so many seconds. new: only where nothing is, and nothing is barred."""
        try:
            await self.client.set(
                self.key(name), json.dumps(value, default=str), ex=seconds, nx=new
            )
        except RedisError as error:
            self._away(error)

    async def delete(self, *names: str) -> None:
        """Forget what is cached."""
        try:
            await self.client.delete(*(self.key(name) for name in names))
        except RedisError as error:
            self._away(error)

    async def bar(self, name: str, seconds: int) -> bool:
        """Forget what is cached, and let nothing `new` be cached for so many seconds.

        Done before a write, this keeps a reader of the old value from caching it after the
        write. False: Redis is away, and the old value may still be there when it comes back.
        """
        try:
            await self.client.set(self.key(name), _BARRED, ex=seconds)
        except RedisError as error:
            self._away(error)
            return False
        return True

    async def check(self) -> None:
        """Ask Redis something; raises when it does not answer."""
        self._up.set(0)
        await self.client.ping()
        self._up.set(1)

    def _away(self, error: RedisError) -> None:
        self._up.set(0)
        logger().warning("cache unavailable", error=type(error).__name__)
