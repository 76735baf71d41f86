"""Sessions in Redis: each user's own, for a while after the last message."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from pyairtable_shared.cache import Cache
from pyairtable_shared.service_auth import Caller

from .domain.bodies import ChatMessage, Session, SessionSummary
from .failures import no_session, store

MOST_MESSAGES = 40
"""Messages that a session keeps, and that the model reads."""

MOST_SESSIONS = 200
"""Sessions that a user may have; older ones are let go."""

TITLE_CHARACTERS = 80


class Sessions:
    """Every key holds the tenant and the user, so that nobody can name another's session.

    All methods raise ApiError 503 when Redis is away.
    """

    def __init__(self, cache: Cache, seconds: int) -> None:
        self._cache, self._seconds = cache, seconds

    async def find(self, caller: Caller, session_id: UUID) -> Session:
        """Return a session. Raises ApiError 404."""
        with store():
            async with self._cache.client.pipeline(transaction=True) as pipe:
                pipe.get(self._head(caller, session_id))
                pipe.lrange(self._messages(caller, session_id), 0, -1)
                head, messages = await pipe.execute()
        if head is None:
            raise no_session()
        said = [ChatMessage.model_validate_json(each) for each in messages]
        return Session(**json.loads(head), messages=said)

    async def page(
        self, caller: Caller, page: int, page_size: int
    ) -> tuple[list[SessionSummary], int]:
        """Return a page of the user's sessions, the latest first, and how many there are."""
        index, start = self._index(caller), (page - 1) * page_size
        with store():
            async with self._cache.client.pipeline(transaction=True) as pipe:
                pipe.zremrangebyscore(index, "-inf", time.time() - self._seconds)
                pipe.zcard(index)
                pipe.zrevrange(index, start, start + page_size - 1)
                _, total, ids = await pipe.execute()
            keys = [self._head(caller, UUID(each)) for each in ids]
            heads = await self._cache.client.mget(keys) if keys else []
        found = [SessionSummary.model_validate_json(head) for head in heads if head]
        return found, total

    async def keep(
        self,
        caller: Caller,
        session: Session | None,
        base_id: str | None,
        said: Sequence[ChatMessage],
    ) -> UUID:
        """Add messages to a session, or to a new one; return its id.

        A session that was deleted meanwhile stays deleted.
        """
        head = _summary(session, base_id, said)
        head_key, messages = self._head(caller, head.id), self._messages(caller, head.id)
        index = self._index(caller)
        with store():
            kept = await self._cache.client.set(
                head_key,
                head.model_dump_json(),
                ex=self._seconds,
                xx=session is not None,
                nx=session is None,
            )
            if not kept:
                return head.id
            async with self._cache.client.pipeline(transaction=True) as pipe:
                pipe.rpush(messages, *(each.model_dump_json() for each in said))
                pipe.ltrim(messages, -MOST_MESSAGES, -1)
                pipe.expire(messages, self._seconds)
                pipe.zadd(index, {str(head.id): time.time()})
                pipe.expire(index, self._seconds)
                pipe.zrange(index, 0, -MOST_SESSIONS - 1)
                *_, beyond = await pipe.execute()
        for each in beyond:
            await self._remove(caller, UUID(each))
        return head.id

    async def delete(self, caller: Caller, session_id: UUID) -> None:
        """Delete a session. Raises ApiError 404."""
        if not await self._remove(caller, session_id):
            raise no_session()

    async def _remove(self, caller: Caller, session_id: UUID) -> bool:
        with store():
            async with self._cache.client.pipeline(transaction=True) as pipe:
                pipe.delete(self._head(caller, session_id))
                pipe.delete(self._messages(caller, session_id))
                pipe.zrem(self._index(caller), str(session_id))
                removed, *_ = await pipe.execute()
        return bool(removed)

    def _head(self, caller: Caller, session_id: UUID) -> str:
        return self._key("session", caller, session_id)

    def _messages(self, caller: Caller, session_id: UUID) -> str:
        return self._key("messages", caller, session_id)

    def _index(self, caller: Caller) -> str:
        return self._key("sessions", caller)

    def _key(self, kind: str, caller: Caller, *more: UUID) -> str:
        parts = [kind, caller.tenant_id, caller.user_id, *more]
        return self._cache.key(":".join(str(part) for part in parts))


def _summary(
    session: Session | None, base_id: str | None, said: Sequence[ChatMessage]
) -> SessionSummary:
    now = datetime.now(UTC)
    if session is None:
        title = " ".join(said[0].text.split())[:TITLE_CHARACTERS]
        return SessionSummary(
            id=uuid.uuid4(), title=title, base_id=base_id, created_at=now, updated_at=now
        )
    head = {**session.model_dump(exclude={"messages"}), "updated_at": now}
    return SessionSummary(**{**head, "base_id": base_id or session.base_id})
