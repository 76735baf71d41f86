"""What auth-service keeps in PostgreSQL: users."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from pyairtable_shared.database import Database

User = dict[str, Any]


class EmailTaken(Exception):
    """There is an account with this e-mail address already."""


class Users:
    """Users. Their profiles are user-service's; an account is made and removed as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, email: str, password_hash: str, first: str | None, last: str | None, tenant: str
    ) -> User:
        """Create tenant, user, membership and profile in one transaction. Raises EmailTaken."""
        try:
            async with self._database.transaction() as connection:
                made = await connection.execute(
                    "SELECT id, email, role, tenant_id, created_at"
                    " FROM auth.create_account(%s, %s, %s, %s, %s)",
                    (email, password_hash, first, last, tenant),
                )
                user = await made.fetchone()
        except UniqueViolation as error:
            raise EmailTaken from error
        if user is None:
            raise RuntimeError("auth.create_account returned no row")
        return {**user, "first_name": first, "last_name": last}

    async def by_email(self, email: str) -> User | None:
        """Return a user with its password hash; capitals do not matter."""
        async with self._database.transaction() as connection:
            found = await connection.execute(
                "SELECT id, email, role, tenant_id, password_hash FROM auth.users"
                " WHERE lower(email) = lower(%s)",
                (email,),
            )
            return await found.fetchone()

    async def exists(self, user_id: UUID) -> bool:
        """Whether a user is still there."""
        async with self._database.transaction() as connection:
            found = await connection.execute("SELECT 1 FROM auth.users WHERE id = %s", (user_id,))
            return await found.fetchone() is not None
