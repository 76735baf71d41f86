"""Two tenants as they begin: an owner and a member who are signed in, and things of each kind."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import uuid4

from psycopg import Connection
from pyairtable_shared import tokens

from .people import Person


@dataclass
class Side:
    """A tenant. mark: in every name that it has, and in no other's.

    ids: by kind. access: each person's access token, by the person's id.
    """

    tenant: str
    owner: Person
    member: Person
    mark: str
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    access: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> list[str]:
        """The ids of both persons."""
        return [self.owner.id, self.member.id]


def new_side(link: Connection, jwt_secret: str) -> Side:
    """Make a tenant of two persons."""
    mark = f"mark{secrets.token_hex(8)}"
    owner = _account(link, f"owner@{mark}.example.com", mark)
    member = _account(link, f"member@{mark}.example.com", mark)
    _move(link, member, owner.tenant_id)
    side = Side(owner.tenant_id, owner, member, mark)
    side.ids["tenant"].append(owner.tenant_id)
    for person in (member, owner):
        side.ids["user"].append(person.id)
        side.ids["email"].append(person.email)
        _sign_in(link, side, person, jwt_secret)
    return side


def _account(link: Connection, email: str, name: str) -> Person:
    made = link.execute(
        "SELECT id::text, tenant_id::text FROM auth.create_account(%s, 'x', %s, %s, %s)",
        (email, name, name, name),
    ).fetchone()
    assert made is not None
    return Person(id=made[0], email=email, tenant_id=made[1])


def _move(link: Connection, member: Person, tenant: str) -> None:
    for statement in (
        "UPDATE auth.users SET tenant_id = %s WHERE id = %s",
        "UPDATE users.profiles SET tenant_id = %s WHERE user_id = %s",
        "UPDATE tenants.members SET tenant_id = %s, role = 'member' WHERE user_id = %s",
    ):
        link.execute(statement.encode(), (tenant, member.id))
    link.execute("DELETE FROM tenants.tenants WHERE id = %s", (member.tenant_id,))
    member.tenant_id = tenant


def _sign_in(link: Connection, side: Side, person: Person, jwt_secret: str) -> None:
    """Give somebody tokens, without the time that hashing a password takes."""
    token, claims = tokens.make(
        jwt_secret, sub=person.id, email=person.email, role=person.role, tenant_id=side.tenant
    )
    refresh = secrets.token_urlsafe(48)
    link.execute(
        "INSERT INTO auth.refresh_tokens (digest, family, user_id, jti, expires_at)"
        " VALUES (%s, %s, %s, %s, now() + interval '1 day')",
        (hashlib.sha256(refresh.encode()).digest(), uuid4(), person.id, claims.jti),
    )
    side.access[person.id] = token
    side.ids["refresh"].append(refresh)
