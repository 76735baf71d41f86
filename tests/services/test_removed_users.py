"""Tokens of who was removed or suspended count no more, everywhere and at once."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from .people import Person, bearer, join, register, sign_in
from .running import Running, running
from .surroundings import Surroundings


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings) -> Iterator[Running]:
    """A gateway; nothing that these tests ask is behind it."""
    with running(surroundings, "api-gateway", USER_SERVICE_URL="http://127.0.0.1:9") as started:
        yield started


def let_in(gateway: Running, tokens: dict[str, str]) -> bool:
    """Whether the gateway would pass a request with this token on."""
    status = httpx.get(
        f"{gateway.url}/api/v1/users/me", headers=bearer(tokens), timeout=60
    ).status_code
    assert status in (401, 503)
    return status == 503


async def test_no_token_of_a_removed_user_counts(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, gateway: Running
) -> None:
    person, other = await register(auth), await register(auth)
    first, second = await sign_in(auth, person), await sign_in(auth, person)
    others = await sign_in(auth, other)
    assert let_in(gateway, first) and let_in(gateway, second)
    gone = await users.delete(f"/users/{person.id}", headers=person.headers)
    assert gone.status_code == 204
    assert not let_in(gateway, first) and not let_in(gateway, second)
    assert let_in(gateway, others)
    for tokens in (first, second):
        answer = await auth.post("/auth/validate", headers=bearer(tokens))
        assert answer.status_code == 401
        refresh = {"refresh_token": tokens["refresh_token"]}
        assert (await auth.post("/auth/refresh", json=refresh)).status_code == 401


async def test_no_token_of_a_removed_tenant_counts(
    auth: httpx.AsyncClient,
    tenants: httpx.AsyncClient,
    surroundings: Surroundings,
    gateway: Running,
) -> None:
    owner, member = await register(auth), await register(auth)
    member = join(surroundings, member, owner.tenant_id, "member")
    both = [await sign_in(auth, each) for each in (owner, member)]
    assert all(let_in(gateway, tokens) for tokens in both)
    gone = await tenants.delete(f"/tenants/{owner.tenant_id}", headers=owner.headers)
    assert gone.status_code == 204
    assert not any(let_in(gateway, tokens) for tokens in both)


async def test_a_refused_removal_leaves_the_tokens(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings, gateway: Running
) -> None:
    owner, member = await register(auth), await register(auth)
    member = join(surroundings, member, owner.tenant_id, "member")
    tokens = await sign_in(auth, owner)
    refused = await users.delete(f"/users/{owner.id}", headers=member.headers)
    assert refused.status_code == 403
    assert let_in(gateway, tokens)


async def test_without_redis_nobody_is_removed_whose_tokens_would_go_on_counting(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person: Person = await register(auth)
    surroundings.redis.stop()
    try:
        refused = await users.delete(f"/users/{person.id}", headers=person.headers)
    finally:
        surroundings.redis.start()
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "revocation_unavailable")
    assert (await users.get("/users/me", headers=person.headers)).status_code == 200


async def test_a_suspended_tenant_gets_no_new_tokens_and_keeps_its_refresh_token(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    refresh = {"refresh_token": (await sign_in(auth, person))["refresh_token"]}
    with surroundings.redis_admin() as redis:
        redis.sadd("shared:suspended", person.tenant_id)
        for _ in range(2):
            refused = await auth.post("/auth/refresh", json=refresh)
            assert (refused.status_code, refused.json()["error"]["code"]) == (
                403,
                "tenant_suspended",
            )
        redis.srem("shared:suspended", person.tenant_id)
    assert (await auth.post("/auth/refresh", json=refresh)).status_code == 200
