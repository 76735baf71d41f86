"""What auth-service keeps in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from pyairtable_shared.database import Database

User = dict[str, Any]
_COLUMNS = "id, email, first_name, last_name, role, tenant_id, created_at"


class EmailTaken(Exception):
    """There is an account with this e-mail address already."""


class Storage:
    """Users and refresh tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_account(
        self, email: str, password_hash: str, first: str | None, last: str | None, tenant: str
    ) -> User:
        """Create tenant, user, membership and profile in one transaction. Raises EmailTaken."""
        try:
            async with self._database.transaction() as connection:
                made = await connection.execute(
                    f"SELECT {_COLUMNS} FROM auth.create_account(%s, %s, %s, %s, %s)",  # noqa: S608
                    (email, password_hash, first, last, tenant),
                )
                user = await made.fetchone()
        except UniqueViolation as error:
            raise EmailTaken(email) from error
        if user is None:
            raise RuntimeError("auth.create_account returned no row")
        return user

    async def by_email(self, email: str) -> User | None:
        """Return a user with its password hash."""
        async with self._database.transaction() as connection:
            found = await connection.execute(
                f"SELECT {_COLUMNS}, password_hash FROM auth.users "  # noqa: S608
                "WHERE lower(email) = lower(%s)",
                (email,),
            )
            return await found.fetchone()

    async def add_refresh_token(
        self, digest: bytes, family: UUID, user_id: UUID, expires_at: datetime
    ) -> None:
        """Keep a refresh token by its hash."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO auth.refresh_tokens (digest, family, user_id, expires_at) "
                "VALUES (%s, %s, %s, %s)",
                (digest, family, user_id, expires_at),
            )

    async def use_refresh_token(self, digest: bytes) -> User | None:
        """Use a token up and return its user and family.

        A token that was used before revokes its whole family: somebody has a copy.
        """
        async with self._database.transaction() as connection:
            found = await connection.execute(
                "SELECT family, used_at FROM auth.refresh_tokens "
                "WHERE digest = %s AND expires_at > now() FOR UPDATE",
                (digest,),
            )
            token = await found.fetchone()
            if token is None:
                return None
            if token["used_at"] is not None:
                await connection.execute(
                    "DELETE FROM auth.refresh_tokens WHERE family = %s", (token["family"],)
                )
                return None
            used = await connection.execute(
                "UPDATE auth.refresh_tokens t SET used_at = now() FROM auth.users u "  # noqa: S608
                f"WHERE t.digest = %s AND u.id = t.user_id RETURNING t.family, u.{_OF_USER}",
                (digest,),
            )
            return await used.fetchone()

    async def revoke_refresh_tokens(self, user_id: UUID) -> None:
        """Sign a user out everywhere."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM auth.refresh_tokens WHERE user_id = %s", (user_id,)
            )


_OF_USER = _COLUMNS.replace(", ", ", u.")
