"""What auth-service keeps in PostgreSQL: refresh tokens, by the sign-in that they came from."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from pyairtable_shared.database import Database
from pyairtable_shared.tokens import ACCESS_SECONDS, LEEWAY_SECONDS

from .storage import User

REFRESH_LIFE = timedelta(days=7)
_ACCESS_LIFE = timedelta(seconds=ACCESS_SECONDS + LEEWAY_SECONDS)


class Reused(Exception):
    """A refresh token was used twice: somebody has a copy. jtis: access tokens to revoke."""

    def __init__(self, jtis: Sequence[str]) -> None:
        super().__init__("a refresh token was used twice")
        self.jtis = jtis


@dataclass(frozen=True, slots=True)
class Pair:
    """A new refresh token, and the id of the access token that goes with it."""

    refresh: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    jti: str = field(default_factory=lambda: uuid4().hex)


class Sessions:
    """Refresh tokens; only their hashes are kept. What came from one sign-in is a family."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, user_id: UUID) -> Pair:
        """Begin a family with its first pair."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM auth.refresh_tokens WHERE user_id = %s AND expires_at < now()",
                (user_id,),
            )
            return await _add(connection, uuid4(), user_id)

    async def renew(
        self, token: str, admit: Callable[[User], Awaitable[None]]
    ) -> tuple[User, Pair] | None:
        """Use a token up; return its user and the next pair, None when it does not count.

        admit: raises for a user who gets none; the token is not used up then. Raises Reused
        for a token that was used before; its family is gone then.
        """
        jtis: list[str] | None = None
        async with self._database.transaction() as connection:
            found = await connection.execute(
                "SELECT family, used_at FROM auth.refresh_tokens"
                " WHERE digest = %s AND expires_at > now() FOR UPDATE",
                (_digest(token),),
            )
            known = await found.fetchone()
            if known is None:
                return None
            if known["used_at"] is None:
                renewed = await _renewed(connection, token, known["family"])
                if renewed is not None:
                    await admit(renewed[0])
                return renewed
            jtis = await _end(connection, known["family"])
        raise Reused(jtis)

    @asynccontextmanager
    async def ending(self, jti: str) -> AsyncIterator[Sequence[str]]:
        """End the family of an access token; gives the jtis of those that still count.

        The family stays when the caller cannot revoke them.
        """
        async with self._database.transaction() as connection:
            found = await connection.execute(
                "SELECT family FROM auth.refresh_tokens WHERE family ="
                " (SELECT family FROM auth.refresh_tokens WHERE jti = %s) FOR UPDATE",
                (jti,),
            )
            # A renewal that was under way has ended by now; what it added goes too.
            known = await found.fetchone()
            yield await _end(connection, known["family"]) if known else []


async def _renewed(
    connection: AsyncConnection[DictRow], token: str, family: UUID
) -> tuple[User, Pair] | None:
    used = await connection.execute(
        "UPDATE auth.refresh_tokens t SET used_at = now() FROM auth.users u"
        " WHERE t.digest = %s AND u.id = t.user_id RETURNING u.id, u.email, u.role, u.tenant_id",
        (_digest(token),),
    )
    user = await used.fetchone()
    return (user, await _add(connection, family, user["id"])) if user else None


async def _add(connection: AsyncConnection[DictRow], family: UUID, user_id: UUID) -> Pair:
    pair = Pair()
    await connection.execute(
        "INSERT INTO auth.refresh_tokens (digest, family, user_id, jti, expires_at)"
        " VALUES (%s, %s, %s, %s, now() + %s)",
        (_digest(pair.refresh), family, user_id, pair.jti, REFRESH_LIFE),
    )
    return pair


async def _end(connection: AsyncConnection[DictRow], family: UUID) -> list[str]:
    gone = await connection.execute(
        "DELETE FROM auth.refresh_tokens WHERE family = %s"
        " RETURNING jti, created_at > now() - %s AS counts",
        (family, _ACCESS_LIFE),
    )
    return [row["jti"] for row in await gone.fetchall() if row["counts"]]


def _digest(token: str) -> bytes:
    """A refresh token is random enough for a plain hash."""
    return hashlib.sha256(token.encode()).digest()
