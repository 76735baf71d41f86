"""Redis, for caches and for what all replicas share."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import RedisError

from . import metrics
from .logs import logger
from .settings import ServiceSettings, read_secret

SHARED = "shared:"


class _FileCredentials(CredentialProvider):
    """Reads the password at each connect, so that a rotation needs no restart."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings

    def get_credentials(self) -> tuple[str, str]:
        return self._settings.redis_user, read_secret(self._settings.redis_password_file)


class Cache:
    """A service's part of Redis: its keys begin with its name.

    client: for what needs Redis itself; it raises RedisError when Redis is away. get, set and
    delete are for caching only and never fail: without Redis nothing is found.
    """

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self._service = service
        self.prefix = f"{service}:"
        self.client: Redis = Redis(
            host=settings.redis_host or "redis",
            port=settings.redis_port,
            db=settings.redis_db,
            credential_provider=_FileCredentials(settings),
            decode_responses=True,
            socket_timeout=1.0,
            socket_connect_timeout=1.0,
            retry=Retry(NoBackoff(), 1),
            max_connections=64,
            client_name=service,
        )

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
        try:
            found = await self.client.get(self.key(name))
        except RedisError as error:
            logger().warning("cache unavailable", error=type(error).__name__)
            found = None
        metrics.CACHE.labels(self._service, "hit" if found is not None else "miss").inc()
        return None if found is None else json.loads(found)

    async def set(self, name: str, value: object, seconds: int) -> None:
        """Cache a value for so many seconds."""
        try:
            await self.client.set(self.key(name), json.dumps(value, default=str), ex=seconds)
        except RedisError as error:
            logger().warning("cache unavailable", error=type(error).__name__)

    async def delete(self, *names: str) -> None:
        """Forget what is cached."""
        try:
            await self.client.delete(*(self.key(name) for name in names))
        except RedisError as error:
            logger().warning("cache unavailable", error=type(error).__name__)

    async def check(self) -> None:
        """Ask Redis something; raises when it does not answer."""
        await self.client.ping()
