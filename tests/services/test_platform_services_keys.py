"""platform-services: API keys of users, and the verification of keys and tokens."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from pyairtable_shared import tokens
from pyairtable_shared.suspension import SUSPENDED

from .people import Person, bearer, join, register, sign_in
from .platform_services_fixtures import before, roll_up, send_events, serving_platform, somebody
from .surroundings import Surroundings


@pytest.fixture
async def client(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving_platform(surroundings) as client:
        yield client


async def _made(client: httpx.AsyncClient, person: Person, **more: Any) -> dict[str, Any]:
    body = {"name": "laptop", **more}
    answer = await client.post("/auth/keys", headers=person.headers, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _listed(client: httpx.AsyncClient, person: Person) -> list[dict[str, Any]]:
    answer = await client.get("/auth/keys", headers=person.headers)
    assert answer.status_code == 200, answer.text
    keys: list[dict[str, Any]] = answer.json()["keys"]
    return keys


async def _verify(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/auth/verify", json={"token": token})


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    made = await _made(client, person, scopes=["records:read"], expires_in_days=7)
    key = made.pop("key")
    assert key.startswith("pak_") and len(key) == 4 + 43
    assert made["prefix"] == key[:12]
    assert await _listed(client, person) == [made]
    with surroundings.superuser() as link:
        row = link.execute(
            "SELECT k::text, digest FROM platform.api_keys k WHERE id = %s", (made["id"],)
        ).fetchone()
    assert row is not None
    assert key not in row[0]
    assert row[1] == hashlib.sha256(key.encode()).digest()


async def test_a_key_verifies_as_its_user(
    client: httpx.AsyncClient, auth: httpx.AsyncClient
) -> None:
    person = await register(auth)
    lasting = await _made(client, person)
    ending = await _made(client, person, scopes=["a:b", "c"], expires_in_days=1)
    whose = {
        "valid": True,
        "kind": "api_key",
        "user_id": person.id,
        "tenant_id": person.tenant_id,
        "role": "user",
        "email": person.email,
    }
    first = await _verify(client, lasting["key"])
    alone = {"scopes": [], "key_id": lasting["id"], "exp": None}
    assert (first.status_code, first.json()) == (200, {**whose, **alone})
    second = (await _verify(client, ending["key"])).json()
    assert (second["scopes"], second["key_id"]) == (["a:b", "c"], ending["id"])
    assert isinstance(second["exp"], int)


async def test_a_revoked_key_counts_no_more(
    client: httpx.AsyncClient, auth: httpx.AsyncClient
) -> None:
    person = await register(auth)
    made = await _made(client, person)
    url = f"/auth/keys/{made['id']}"
    assert (await client.delete(url, headers=person.headers)).status_code == 204
    assert (await _verify(client, made["key"])).status_code == 401
    again = await client.delete(url, headers=person.headers)
    assert (again.status_code, again.json()["error"]["code"]) == (404, "key_not_found")


async def test_a_key_that_has_run_out_counts_no_more_and_makes_room(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    made = await _made(client, person, expires_in_days=1)
    with surroundings.superuser() as link:
        link.execute(
            "UPDATE platform.api_keys SET expires_at = now() - interval '1 s' WHERE id = %s",
            (made["id"],),
        )
    assert (await _verify(client, made["key"])).json()["error"]["code"] == "invalid_token"
    newer = await _made(client, person)
    assert [key["id"] for key in await _listed(client, person)] == [newer["id"]]


async def test_a_user_has_at_most_20_keys_however_fast_they_are_made(
    client: httpx.AsyncClient, auth: httpx.AsyncClient
) -> None:
    person, other = await register(auth), await register(auth)
    answers = await asyncio.gather(
        *(
            client.post("/auth/keys", headers=person.headers, json={"name": f"key {n}"})
            for n in range(24)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 4
    assert len(await _listed(client, person)) == 20
    await _made(client, other)


async def test_the_last_use_is_noted_at_most_once_a_minute(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    made = await _made(client, person)
    assert made["last_used_at"] is None
    await _verify(client, made["key"])
    first = (await _listed(client, person))[0]["last_used_at"]
    await _verify(client, made["key"])
    assert first is not None
    assert (await _listed(client, person))[0]["last_used_at"] == first
    with surroundings.superuser() as link:
        link.execute("UPDATE platform.api_keys SET last_used_at = now() - interval '61 s'")
    await _verify(client, made["key"])
    assert (await _listed(client, person))[0]["last_used_at"] > first


def _used(key_id: str, **ago: float) -> dict[str, Any]:
    return {
        "name": "api_key.request",
        "properties": {"key_id": key_id},
        "occurred_at": before(**ago),
    }


async def test_the_list_tells_how_often_each_key_was_used_today_and_on_30_days(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    busy, idle = await _made(client, person), await _made(client, person)
    assert (busy["requests_today"], busy["requests_30d"]) == (0, 0)
    assert (await _verify(client, busy["key"])).status_code == 200
    today = [_used(busy["id"]) for _ in range(3)]
    earlier = [_used(busy["id"], days=days) for days in (1, 29, 30, 31)]
    odd = [_used("no id"), {"name": "api_key.request"}, {**_used(busy["id"]), "name": "other"}]
    await send_events(client, person, *today, *earlier, *odd)
    await roll_up(surroundings)
    told = {
        key["id"]: (key["requests_today"], key["requests_30d"])
        for key in await _listed(client, person)
    }
    assert told == {busy["id"]: (3, 5), idle["id"]: (0, 0)}


async def test_what_others_note_of_a_key_is_not_counted_as_its_use(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person, stranger = await register(auth), await register(auth)
    colleague = join(surroundings, await register(auth), person.tenant_id, "admin")
    made = await _made(client, person)
    for other in (colleague, stranger):
        await send_events(client, other, _used(made["id"]))
    await send_events(client, person, _used(made["id"]))
    await roll_up(surroundings)
    assert [key["requests_30d"] for key in await _listed(client, person)] == [1]


async def test_others_of_the_tenant_neither_see_nor_revoke_ones_keys(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    colleague = join(surroundings, await register(auth), person.tenant_id, "admin")
    made = await _made(client, person)
    assert await _listed(client, colleague) == []
    gone = await client.delete(f"/auth/keys/{made['id']}", headers=colleague.headers)
    assert gone.status_code == 404
    assert (await _verify(client, made["key"])).status_code == 200


async def test_a_key_does_not_outlive_the_membership_or_the_account(
    client: httpx.AsyncClient,
    auth: httpx.AsyncClient,
    users: httpx.AsyncClient,
    surroundings: Surroundings,
) -> None:
    owner, mover, leaver = await register(auth), await register(auth), await register(auth)
    old, gone = await _made(client, mover), await _made(client, leaver)
    join(surroundings, mover, owner.tenant_id, "member")
    assert (await users.delete(f"/users/{leaver.id}", headers=leaver.headers)).status_code == 204
    assert (await _verify(client, old["key"])).status_code == 401
    assert (await _verify(client, gone["key"])).status_code == 401


async def test_a_suspended_tenants_keys_and_tokens_do_not_count_meanwhile(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    made, signed = await _made(client, person), await sign_in(auth, person)
    presented = (made["key"], signed["access_token"])
    for suspended, status in (("now()", 403), ("NULL", 200)):
        with surroundings.superuser() as link, surroundings.redis_admin() as listed:
            statement = f"UPDATE tenants.tenants SET suspended_at = {suspended} WHERE id = %s"
            link.execute(statement.encode(), (person.tenant_id,))
            if status == 403:
                listed.sadd(SUSPENDED, person.tenant_id)
            else:
                listed.srem(SUSPENDED, person.tenant_id)
        answers = [await _verify(client, token) for token in presented]
        assert [answer.status_code for answer in answers] == [status, status]


async def test_a_user_without_an_account_can_make_no_key(client: httpx.AsyncClient) -> None:
    answer = await client.post("/auth/keys", headers=somebody().headers, json={"name": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "gone_meanwhile")


async def test_a_token_verifies_until_its_user_signs_out(
    client: httpx.AsyncClient, auth: httpx.AsyncClient
) -> None:
    person = await register(auth)
    signed = await sign_in(auth, person)
    verified = await _verify(client, signed["access_token"])
    assert verified.status_code == 200
    answer = verified.json()
    assert isinstance(answer.pop("exp"), int)
    assert answer == {
        "valid": True,
        "kind": "jwt",
        "user_id": person.id,
        "tenant_id": person.tenant_id,
        "role": "user",
        "email": person.email,
        "scopes": None,
        "key_id": None,
    }
    assert (await auth.post("/auth/logout", headers=bearer(signed))).status_code == 204
    refused = await _verify(client, signed["access_token"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_token")


async def test_what_is_neither_a_token_nor_a_key_is_refused(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    claims = {"email": "a@example.com", "role": "admin"}
    person = {"sub": somebody().id, "tenant_id": somebody().tenant_id}
    forged, _ = tokens.make("another secret" * 4, **person, **claims)
    odd, _ = tokens.make(surroundings.secret("jwt-secret"), sub="x", tenant_id="y", **claims)
    for wrong in (forged, odd, "pak_", "pak_" + "x" * 43, "pak_ü", "x", "a.b.c", "ü.ü.ü"):
        answer = await _verify(client, wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_token"), wrong


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"name": "x", "scopes": ["Not A Scope"]},
        {"name": "x", "scopes": ["s"] * 21},
        {"name": "x", "expires_in_days": 0},
        {"name": "x", "more": 1},
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    headers = {**somebody().headers, "Content-Type": "application/json"}
    answer = await client.post("/auth/keys", headers=headers, content=json.dumps(body))
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"][0]["path"].startswith("body.")


async def test_without_redis_keys_are_verified_and_tokens_wait(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    made, signed = await _made(client, person), await sign_in(auth, person)
    surroundings.redis.stop()
    try:
        assert (await _verify(client, made["key"])).status_code == 200
        waiting = await _verify(client, signed["access_token"])
        ready = (await client.get("/ready")).json()
    finally:
        surroundings.redis.start()
    assert (waiting.status_code, waiting.json()["error"]["code"]) == (503, "revocation_unavailable")
    assert ready["status"] == "degraded"


async def test_by_hand_too_the_service_sees_only_the_acting_users_keys(
    client: httpx.AsyncClient, auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    await _made(client, person)
    with surroundings.as_role("platform_services") as link:
        assert link.execute("SELECT id FROM platform.api_keys").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("UPDATE platform.api_keys SET scopes = '{}'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("SELECT email FROM auth.users")
