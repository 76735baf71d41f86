"""What was read from Airtable, kept for a while and forgotten when it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from pyairtable_shared.cache import Cache
from pyairtable_shared.logs import logger
from redis.exceptions import RedisError

SCHEMA_SECONDS = 3600
RECORDS_SECONDS = 300
# Longer than any entry lives, so that a version never comes back while one is left.
VERSION_SECONDS = 2 * SCHEMA_SECONDS

Load = Callable[[], Awaitable[Any]]


class AirtableCache:
    """Caches by base. A write gives the base a new version, which no old entry has.

    All records of a base share one version: a table has two names (id and
    name), and links make a write in one table show in another.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        # Written while Redis was away: what it has of them is not to be believed when it is back.
        # True: the schema too.
        self._owed: dict[str, bool] = {}

    async def schema(self, name: str, load: Load) -> tuple[Any, bool]:
        """A list of bases or tables, and whether it was cached."""
        await self._settle()
        if self._owed.get(name, False):
            return await load(), False
        return await self._fetch(f"schema:{name}", SCHEMA_SECONDS, load)

    async def records(self, base: str, question: dict[str, Any], load: Load) -> tuple[Any, bool]:
        """The answer to a question about a base's records, and whether it was cached."""
        await self._settle()
        version = None if base in self._owed else await self._version(base)
        if version is None:
            return await load(), False
        text = json.dumps(question, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return await self._fetch(f"records:{base}:{version}:{digest}", RECORDS_SECONDS, load)

    async def written(self, base: str, *, schema: bool) -> None:
        """Forget a base's records, and its schema too when the write may have changed it."""
        # Before the attempt: who reads meanwhile must not believe what it is about to forget.
        self._owed[base] = schema or self._owed.get(base, False)
        await self._settle()

    async def _settle(self) -> None:
        """Forget what was written. While Redis is away that is owed."""
        for base, schema in list(self._owed.items()):
            key = self._cache.key(f"version:{base}")
            try:
                async with self._cache.client.pipeline(transaction=True) as pipeline:
                    pipeline.incr(key)
                    pipeline.expire(key, VERSION_SECONDS)
                    if schema:
                        pipeline.delete(self._cache.key(f"schema:{base}"))
                    await pipeline.execute()
            except RedisError as error:
                logger().warning("cache not invalidated", error=type(error).__name__, base=base)
                # Another write of the base may have been settled meanwhile.
                self._owed[base] = schema or self._owed.get(base, False)
                return
            if self._owed.get(base) == schema:
                del self._owed[base]

    async def _version(self, base: str) -> str | None:
        try:
            found = await self._cache.client.get(self._cache.key(f"version:{base}"))
        except RedisError:
            return None
        return "0" if found is None else str(found)

    async def _fetch(self, name: str, seconds: int, load: Load) -> tuple[Any, bool]:
        found = await self._cache.get(name)
        if found is not None:
            return found, True
        loaded = await load()
        await self._cache.set(name, loaded, seconds)
        return loaded, False
