"""Takes in what the services have noted of their users' use.

An entry leaves the stream when it is in the database. It has its own id there, so that one that
is read twice, after a crash or by two replicas, counts once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from prometheus_client import Counter
from pyairtable_shared.cache import Cache
from pyairtable_shared.logs import logger
from pyairtable_shared.service_auth import Caller
from pyairtable_shared.usage import FIELD, STREAM

from .bodies import Event
from .ingest import Ingest

READ = Counter("analytics_usage_total", "Entries of the services' usage.", ["result"])
AT_ONCE = 500

Entry = tuple[str, dict[str, str]]


class Usage:
    """Reads the stream."""

    def __init__(self, cache: Cache, ingest: Ingest) -> None:
        self._cache, self._ingest = cache, ingest

    async def look(self) -> None:
        """Take in all there is. Raises RedisError and ApiError when a store is away."""
        while entries := await self._first():
            await self._take(entries)
            await self._cache.client.xdel(STREAM, *(entry_id for entry_id, _ in entries))

    async def _first(self) -> Sequence[Entry]:
        found: Any = await self._cache.client.xrange(STREAM, count=AT_ONCE)
        return [(str(entry_id), fields or {}) for entry_id, fields in found]

    async def _take(self, entries: Sequence[Entry]) -> None:
        by_user: dict[Caller, list[Event]] = defaultdict(list)
        for entry_id, fields in entries:
            try:
                caller, event = _read(fields)
            except (ValueError, TypeError, KeyError) as error:
                _dropped(entry_id, error)
                continue
            by_user[caller].append(event)
        for caller, events in by_user.items():
            await self._keep(caller, events)

    async def _keep(self, caller: Caller, events: Sequence[Event]) -> None:
        try:
            await self._ingest.events(caller, events)
        except RequestValidationError as error:
            if len(events) == 1:
                _dropped(str(events[0].id), error)
                return
            # One of a time that is not taken any more keeps no other out.
            for event in events:
                await self._keep(caller, [event])
            return
        READ.labels("kept").inc(len(events))


def _read(fields: dict[str, str]) -> tuple[Caller, Event]:
    told: dict[str, Any] = json.loads(fields[FIELD])
    caller = Caller(
        user_id=UUID(told.pop("user_id")), tenant_id=UUID(told.pop("tenant_id")), role="user"
    )
    return caller, Event.model_validate(told)


def _dropped(what: str, error: Exception) -> None:
    READ.labels("dropped").inc()
    logger().warning("usage that cannot be kept", entry=what, error=type(error).__name__)
