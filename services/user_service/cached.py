"""Profiles in Redis: kept for 15 minutes, never older than the last write."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import UUID

from pyairtable_shared.cache import Cache

KEPT_SECONDS = 15 * 60
# Longer than any statement may take: who read the old profile has stored it or given up.
BARRED_SECONDS = 30

Profile = dict[str, Any]


class CachedProfiles:
    """A profile is barred before it is written, so that no reader caches the old one after it."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        # Written while Redis was away: not to be believed when it comes back.
        self._owed: set[str] = set()

    async def get(self, user_id: UUID) -> Profile | None:
        """Return a cached profile."""
        if self._owed:
            await self._settle()
        name = _name(user_id)
        return None if name in self._owed else await self._cache.get(name)

    async def keep(self, user_id: UUID, profile: Profile) -> None:
        """Cache a profile that was just read."""
        if _name(user_id) not in self._owed:
            await self._cache.set(_name(user_id), profile, KEPT_SECONDS, new=True)

    async def bar(self, user_id: UUID) -> None:
        """Forget a profile that is about to be written."""
        if not await self._cache.bar(_name(user_id), BARRED_SECONDS):
            self._owed.add(_name(user_id))

    async def _settle(self) -> None:
        for name in list(islice(self._owed, 100)):
            if not await self._cache.bar(name, BARRED_SECONDS):
                return
            self._owed.discard(name)


def _name(user_id: UUID) -> str:
    return f"profile:{user_id}"
