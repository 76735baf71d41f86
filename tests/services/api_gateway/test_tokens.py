"""Who is let in."""

from __future__ import annotations

import time

import httpx
from pyairtable_shared import tokens

from ..running import Running
from ..stand_in import StandIn
from ..surroundings import Surroundings
from .asking import USER, refusal


def expired(secret: str) -> str:
    import jwt

    now = int(time.time())
    claims = {**USER, "jti": "j", "iat": now - 1000, "exp": now - 100}
    return jwt.encode(claims, secret, "HS256")


def test_only_a_valid_token_opens_a_protected_route(
    gateway: Running, surroundings: Surroundings, stand_in: StandIn
) -> None:
    stand_in.calls.clear()
    wrong = {
        "none": {},
        "nonsense": {"Authorization": "Bearer nonsense"},
        "basic": {"Authorization": "Basic YTpi"},
        "forged": {"Authorization": f"Bearer {tokens.make('x' * 64, **USER)[0]}"},
        "expired": {"Authorization": f"Bearer {expired(surroundings.secret('jwt-secret'))}"},
    }
    for name, headers in wrong.items():
        answer = httpx.get(f"{gateway.url}/api/v1/users/me", headers=headers)
        assert answer.status_code == 401, name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert stand_in.calls == []


def test_a_revoked_token_is_refused_within_a_second(
    gateway: Running, surroundings: Surroundings
) -> None:
    token, claims = tokens.make(surroundings.secret("jwt-secret"), **USER)
    url, headers = f"{gateway.url}/api/v1/users/me", {"Authorization": f"Bearer {token}"}
    assert httpx.get(url, headers=headers).status_code == 200
    with surroundings.redis_admin() as redis:
        redis.set(f"shared:revoked:{claims.jti}", "1", ex=60)
    time.sleep(1)
    assert refusal(httpx.get(url, headers=headers)) == (401, "token_invalid")
