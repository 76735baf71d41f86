"""Invitations into a tenant, in PostgreSQL. Of the token only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import sql
from pyairtable_shared.errors import ApiError
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.service_auth import Caller

from .desk import Connection, Desk, Role, not_found, only
from .members import only_owners
from .models import InvitationSent

_COLUMNS = sql.SQL(
    "id::text, email, role, to_json(created_at) #>> '{}' AS created_at,"
    " to_json(expires_at) #>> '{}' AS expires_at"
)
_MAKE = sql.SQL(
    "INSERT INTO tenants.invitations (tenant_id, email, role, digest, created_by, expires_at)"
    " VALUES (tenants.current_tenant(), %s, %s, %s, %s, now() + %s) RETURNING {}"
).format(_COLUMNS)
_ALL = sql.SQL(
    "SELECT {} FROM tenants.invitations WHERE tenant_id = tenants.current_tenant()"
    " ORDER BY created_at, id"
).format(_COLUMNS)
_FULL = """SELECT (SELECT count(*) FROM tenants.members
        WHERE tenant_id = tenants.current_tenant())
    + (SELECT count(*) FROM tenants.invitations
        WHERE tenant_id = tenants.current_tenant() AND expires_at > now()) AS used"""
_MEMBER = """SELECT 1 AS it FROM users.profiles
    WHERE tenant_id = tenants.current_tenant() AND lower(email) = lower(%s)"""
_REFUSALS = {
    "not_found": (404, "There is no such invitation"),
    "expired": (410, "This invitation has expired; ask for a new one"),
    "other_email": (403, "This invitation is for another e-mail address"),
    "already_member": (409, "You are a member of this tenant already"),
    "last_owner": (409, "You are the last owner of your tenant; make another one first"),
    "quota_exceeded": (403, "The tenant's plan allows no more members"),
}
TOKEN_BYTES = 32


class Invitations:
    """Who is invited."""

    def __init__(self, desk: Desk, revocation: Revocation) -> None:
        self._desk, self._revocation = desk, revocation

    async def all(self, caller: Caller, tenant_id: UUID) -> list[dict[str, Any]]:
        """Return the invitations that were not accepted yet."""
        async with self._desk.tenant(caller, tenant_id, Role.ADMIN) as connection:
            return await (await connection.execute(_ALL)).fetchall()

    async def create(self, caller: Caller, tenant_id: UUID, sent: InvitationSent) -> dict[str, Any]:
        """Invite somebody, in place of a former invitation. Raises ApiError 403, 409."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        async with self._desk.tenant(caller, tenant_id, Role.ADMIN) as connection:
            if sent.role is Role.OWNER:
                await only_owners(connection, caller)
            # Locks the tenant: two invitations at once are counted one after the other.
            quota = await only(connection, "SELECT tenants.lock_quota('members') AS most")
            most = quota["most"] if quota else None
            if await only(connection, _MEMBER, sent.email):
                raise ApiError(409, "already_member", "This user is a member already")
            await connection.execute(
                "DELETE FROM tenants.invitations"
                " WHERE tenant_id = tenants.current_tenant() AND lower(email) = lower(%s)",
                (sent.email,),
            )
            await _within_quota(connection, most)
            lasting = timedelta(days=sent.expires_in_days)
            made = await only(
                connection, _MAKE, sent.email, sent.role, _digest(token), caller.user_id, lasting
            )
            return {**(made or {}), "token": token}

    async def revoke(self, caller: Caller, tenant_id: UUID, invitation_id: UUID) -> None:
        """Take an invitation back."""
        async with self._desk.tenant(caller, tenant_id, Role.ADMIN) as connection:
            gone = await only(
                connection,
                "DELETE FROM tenants.invitations WHERE id = %s"
                " AND tenant_id = tenants.current_tenant() RETURNING id",
                invitation_id,
            )
            if gone is None:
                raise not_found("invitation")

    async def accept(self, caller: Caller, token: str) -> str:
        """Join the tenant that invites; return its id. Raises ApiError as _REFUSALS says.

        Access tokens of the former tenant do not count any more.
        """
        async with self._desk.transaction(caller) as connection:
            done = await only(
                connection, "SELECT * FROM tenants.accept_invitation(%s)", _digest(token)
            )
            joined = str(done["outcome"]) if done else "not_found"
            if joined in _REFUSALS:
                status, message = _REFUSALS[joined]
                raise ApiError(status, joined, message)
            await self._revocation.revoke(done["jtis"] if done else ())
            return joined


async def _within_quota(connection: Connection, most: int | None) -> None:
    used = await only(connection, _FULL)
    if used and most is not None and used["used"] >= most:
        message = f"The tenant's plan allows {most} members, the invited ones included"
        raise ApiError(403, "quota_exceeded", message)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
