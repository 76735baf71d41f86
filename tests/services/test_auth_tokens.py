"""auth-service: what becomes of tokens."""

from __future__ import annotations

import asyncio

import httpx
import jwt
import pytest
from pyairtable_shared import tokens as shared_tokens

from .people import bearer, register, sign_in
from .surroundings import Surroundings


async def _valid(auth: httpx.AsyncClient, tokens: dict[str, str]) -> bool:
    answer = await auth.post("/auth/validate", headers=bearer(tokens))
    return answer.status_code == 200


async def _refreshed(auth: httpx.AsyncClient, tokens: dict[str, str]) -> httpx.Response:
    return await auth.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


async def test_a_refresh_gives_a_new_pair(auth: httpx.AsyncClient) -> None:
    first = await sign_in(auth, await register(auth))
    answer = await _refreshed(auth, first)
    assert answer.status_code == 200
    second = answer.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await _valid(auth, second)
    assert await _valid(auth, first)


async def test_using_a_refresh_token_twice_revokes_all_that_came_from_the_sign_in(
    auth: httpx.AsyncClient,
) -> None:
    first = await sign_in(auth, await register(auth))
    second = (await _refreshed(auth, first)).json()
    assert (await _refreshed(auth, first)).status_code == 401
    assert (await _refreshed(auth, second)).status_code == 401
    assert not await _valid(auth, first)
    assert not await _valid(auth, second)


async def test_reuse_leaves_other_sign_ins_alone(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    laptop, phone = await sign_in(auth, person), await sign_in(auth, person)
    await _refreshed(auth, laptop)
    assert (await _refreshed(auth, laptop)).status_code == 401
    assert await _valid(auth, phone)
    assert (await _refreshed(auth, phone)).status_code == 200


async def test_of_many_refreshes_at_once_one_wins(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    with surroundings.superuser() as other:
        with other.transaction():
            # All of them come as far as this row before the first goes on.
            other.execute(
                "SELECT FROM auth.refresh_tokens WHERE user_id = %s FOR UPDATE", (person.id,)
            )
            asked = asyncio.gather(*(_refreshed(auth, tokens) for _ in range(4)))
            async with asyncio.timeout(60):
                while _waiting(surroundings) < 4:
                    await asyncio.sleep(0.05)
        answers = await asyncio.wait_for(asked, 60)
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


def _waiting(surroundings: Surroundings) -> int:
    with surroundings.superuser() as link:
        (waiting,) = link.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'auth_service'"
            " AND wait_event_type = 'Lock'"
        ).fetchone() or (0,)
    return int(waiting)


async def test_an_unknown_refresh_token_is_refused(auth: httpx.AsyncClient) -> None:
    answer = await auth.post("/auth/refresh", json={"refresh_token": "no such token"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_refresh_token"


async def test_an_expired_refresh_token_is_refused_and_swept_at_the_next_sign_in(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    with surroundings.superuser() as connection:
        connection.execute(
            "UPDATE auth.refresh_tokens SET expires_at = now() WHERE user_id = %s", (person.id,)
        )
        assert (await _refreshed(auth, tokens)).status_code == 401
        await sign_in(auth, person)
        left = connection.execute(
            "SELECT count(*), bool_and(expires_at BETWEEN now() + '6 days 23 hours' AND now()"
            " + '7 days') FROM auth.refresh_tokens WHERE user_id = %s",
            (person.id,),
        ).fetchone()
    assert left == (1, True)


async def test_refresh_tokens_are_kept_as_hashes_only(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    with surroundings.superuser() as connection:
        row = connection.execute(
            "SELECT t::text FROM auth.refresh_tokens t WHERE user_id = %s", (person.id,)
        ).fetchone()
    assert row is not None
    assert tokens["refresh_token"] not in row[0]
    assert tokens["refresh_token"].encode().hex() not in row[0]


async def test_signing_out_revokes_the_token_and_its_whole_sign_in(
    auth: httpx.AsyncClient,
) -> None:
    person = await register(auth)
    here, elsewhere = await sign_in(auth, person), await sign_in(auth, person)
    renewed = (await _refreshed(auth, here)).json()
    answer = await auth.post("/auth/logout", headers=bearer(here))
    assert answer.status_code == 204
    assert not await _valid(auth, here)
    assert not await _valid(auth, renewed)
    assert (await _refreshed(auth, renewed)).status_code == 401
    assert await _valid(auth, elsewhere)
    assert (await _refreshed(auth, elsewhere)).status_code == 200


async def test_a_revoked_token_stands_where_the_gateway_looks(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    tokens = await sign_in(auth, await register(auth))
    jti = jwt.decode(tokens["access_token"], options={"verify_signature": False})["jti"]
    await auth.post("/auth/logout", headers=bearer(tokens))
    with surroundings.redis_admin() as redis:
        assert redis.get(f"shared:revoked:{jti}") == "1"
        left = redis.ttl(f"shared:revoked:{jti}")
    assert isinstance(left, int)
    assert 890 <= left <= 905


async def test_signing_out_twice_is_refused(auth: httpx.AsyncClient) -> None:
    tokens = await sign_in(auth, await register(auth))
    await auth.post("/auth/logout", headers=bearer(tokens))
    assert (await auth.post("/auth/logout", headers=bearer(tokens))).status_code == 401


async def test_a_removed_users_token_does_not_count(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    gone = await users.delete(f"/users/{person.id}", headers=person.headers)
    assert gone.status_code == 204
    assert not await _valid(auth, tokens)
    assert (await _refreshed(auth, tokens)).status_code == 401


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer x.y.z", "Basic eDp5"])
async def test_what_is_no_token_is_refused(auth: httpx.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in ("/auth/validate", "/auth/logout"):
        answer = await auth.post(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_signed_with_another_secret_is_refused(auth: httpx.AsyncClient) -> None:
    forged, _ = shared_tokens.make(
        "x" * 64, sub="0" * 32, email="a@example.com", role="admin", tenant_id="0" * 32
    )
    assert not await _valid(auth, {"access_token": forged})
