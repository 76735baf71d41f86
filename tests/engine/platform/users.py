"""What a user does through the gateway."""

from __future__ import annotations

import secrets
import time

import httpx

PASSWORD = "Test123!"
# A breaker of the gateway is open for so long at most, in seconds.
OPEN_SECONDS = 20


def register(gateway: httpx.Client) -> str:
    """Register a new user and return its e-mail address."""
    email = f"user-{secrets.token_hex(6)}@example.com"
    answer = gateway.post("/api/v1/auth/register", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return email


def sign_in(gateway: httpx.Client, email: str) -> dict[str, str]:
    """Sign in and return the header that carries the token."""
    answer = gateway.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def me(gateway: httpx.Client, email: str) -> str:
    """Sign in, ask for the own profile and return the e-mail address that it holds."""
    answer = gateway.get("/api/v1/users/me", headers=sign_in(gateway, email))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["email"])


def works(gateway: httpx.Client) -> None:
    """Register, sign in, ask for the own profile; breakers that are still open are waited for."""
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            me(gateway, register(gateway))
            return
        except AssertionError as refused:
            if "upstream_unavailable" not in str(refused) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
