"""How long what is open stays open: until its token counts no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from pyairtable_shared.errors import ApiError
from pyairtable_shared.tokens import LEEWAY_SECONDS, Claims

from .admission import Door
from .keys import ApiKeys, is_key

CHECK_SECONDS = 5.0
Over = Callable[[], Awaitable[None]]


class Lasting:
    """Watches over tokens whose streams are open."""

    def __init__(self, door: Door, keys: ApiKeys) -> None:
        self._door, self._keys = door, keys

    async def over(self, token: str, claims: Claims) -> None:
        """Return when a token or key counts no more: at its end, or soon after a revocation.

        While that cannot be known, it counts.
        """
        while (left := claims.exp + LEEWAY_SECONDS - time.time()) > 0:
            await asyncio.sleep(min(left, CHECK_SECONDS))
            if not await self._counts(token, claims):
                return

    async def _counts(self, token: str, claims: Claims) -> bool:
        if not is_key(token):
            return await self._door.counts(claims)
        try:
            await self._keys.holder(token)
        except ApiError as error:
            return error.status >= 500
        return True
