"""What a caller may do with profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.service_auth import Caller

from .cached import CachedProfiles, Profile
from .storage import Order, Storage


class Profiles:
    """Profiles. All of a tenant see each other; PostgreSQL decides who may change whom."""

    def __init__(self, storage: Storage, cached: CachedProfiles, revocation: Revocation) -> None:
        self._storage, self._cached, self._revocation = storage, cached, revocation

    async def get(self, caller: Caller, user_id: UUID) -> Profile:
        """Return a profile that the caller may see. Raises ApiError 404."""
        # Only one's own: of somebody who has left the tenant, others must not see a former copy.
        own = caller.user_id == user_id
        cached = await self._cached.get(user_id) if own else None
        if cached is not None and cached["tenant_id"] == str(caller.tenant_id):
            return cached
        found = await self._storage.get(caller, user_id)
        if found is None:
            raise _no_such_user()
        if own:
            await self._cached.keep(user_id, found)
        return found

    async def update(self, caller: Caller, user_id: UUID, changes: Mapping[str, Any]) -> Profile:
        """Change a profile. Raises ApiError 403 and 404."""
        if not changes:
            return await self.get(caller, user_id)
        await self._cached.bar(user_id)
        changed = await self._storage.update(caller, user_id, changes)
        if changed is not None:
            return changed
        if await self._storage.get(caller, user_id) is None:
            raise _no_such_user()
        raise _forbidden()

    async def delete(self, caller: Caller, user_id: UUID) -> None:
        """Remove an account; its tokens do not count any more. Raises ApiError 403, 404, 503."""
        await self._cached.bar(user_id)
        outcome = await self._storage.delete(
            caller, user_id, lambda: self._revocation.remove([str(user_id)])
        )
        if outcome == "forbidden":
            raise _forbidden()
        if outcome != "deleted":
            raise _no_such_user()

    async def search(
        self, caller: Caller, text: str, page: int, size: int, order: Order
    ) -> dict[str, Any]:
        """Return one page of the users that the caller may see."""
        users, total = await self._storage.search(caller, text, page, size, order)
        return {"users": users, "total": total, "page": page, "page_size": size}


def _no_such_user() -> ApiError:
    return ApiError(404, "user_not_found", "There is no such user")


def _forbidden() -> ApiError:
    return ApiError(403, "forbidden", "Only an owner or admin of the tenant may do that")
