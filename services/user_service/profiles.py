"""What a caller may do with profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pyairtable_shared.cache import Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from .storage import Profile, Storage

CACHE_SECONDS = 15 * 60
ADMINS = ("admin", "owner")


class Profiles:
    """Profiles, cached for 15 minutes and forgotten when they change."""

    def __init__(self, storage: Storage, cache: Cache) -> None:
        self._storage, self._cache = storage, cache

    async def get(self, caller: Caller, user_id: UUID) -> Profile:
        """Return a profile of the caller's tenant. Raises ApiError 404."""
        name = _name(caller, user_id)
        cached = await self._cache.get(name)
        if cached is not None:
            return dict(cached)
        found = await self._storage.get(caller, user_id)
        if found is None:
            raise ApiError(404, "user_not_found", "There is no such user")
        await self._cache.set(name, found, CACHE_SECONDS)
        return found

    async def update(self, caller: Caller, user_id: UUID, changes: Mapping[str, Any]) -> Profile:
        """Change a profile: one's own, or as an admin another's. Raises ApiError 403 and 404."""
        self._may_change(caller, user_id)
        if not changes:
            return await self.get(caller, user_id)
        changed = await self._storage.update(caller, user_id, changes)
        await self._cache.delete(_name(caller, user_id))
        if changed is None:
            raise ApiError(404, "user_not_found", "There is no such user")
        return changed

    async def delete(self, caller: Caller, user_id: UUID) -> None:
        """Remove an account: one's own, or as an admin another's. Raises ApiError 403 and 404."""
        self._may_change(caller, user_id)
        gone = await self._storage.delete(caller, user_id)
        await self._cache.delete(_name(caller, user_id))
        if not gone:
            raise ApiError(404, "user_not_found", "There is no such user")

    async def search(
        self, caller: Caller, text: str, page: int, size: int, sort: str, descending: bool
    ) -> dict[str, Any]:
        """Return one page of the users of the caller's tenant."""
        users, total = await self._storage.search(caller, text, page, size, sort, descending)
        return {"users": users, "total": total, "page": page, "page_size": size}

    def _may_change(self, caller: Caller, user_id: UUID) -> None:
        if caller.user_id != user_id and caller.role not in ADMINS:
            raise ApiError(403, "forbidden", "Only an admin may change other users")


def _name(caller: Caller, user_id: UUID) -> str:
    # The tenant is part of the name: what one may see is never found by another.
    return f"profile:{caller.tenant_id}:{user_id}"
