"""Users in tests: registered, signed in, put into each other's tenants."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from .surroundings import Surroundings

PASSWORD = "Test123!"


@dataclass
class Person:
    """A registered user."""

    id: str
    email: str
    tenant_id: str
    role: str = "user"

    @property
    def headers(self) -> dict[str, str]:
        """What the gateway says of them to a service."""
        return {
            "X-User-ID": self.id,
            "X-Tenant-ID": self.tenant_id,
            "X-User-Role": self.role,
        }


def new_email() -> str:
    """Return an address that nobody has."""
    return f"user-{secrets.token_hex(6)}@example.com"


async def register(auth: httpx.AsyncClient, **more: str) -> Person:
    """Register somebody."""
    body = {"email": new_email(), "password": PASSWORD, **more}
    answer = await auth.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    user = answer.json()
    return Person(id=user["id"], email=user["email"], tenant_id=user["tenant_id"])


async def sign_in(auth: httpx.AsyncClient, person: Person) -> dict[str, Any]:
    """Sign in and return the tokens."""
    credentials = {"email": person.email, "password": PASSWORD}
    answer = await auth.post("/auth/login", json=credentials)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    """Return the header that carries the access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def join(surroundings: Surroundings, person: Person, tenant_id: str, role: str) -> Person:
    """Move somebody into another's tenant, as an invitation does."""
    with surroundings.superuser() as connection:
        moved = (tenant_id, person.id)
        connection.execute("UPDATE auth.users SET tenant_id = %s WHERE id = %s", moved)
        connection.execute("UPDATE users.profiles SET tenant_id = %s WHERE user_id = %s", moved)
        connection.execute(
            "UPDATE tenants.members SET tenant_id = %s, role = %s WHERE user_id = %s",
            (tenant_id, role, person.id),
        )
        connection.execute("DELETE FROM tenants.tenants WHERE id = %s", (person.tenant_id,))
    return Person(id=person.id, email=person.email, tenant_id=tenant_id)
