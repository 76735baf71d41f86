"""auth-service: ten failed sign-ins lock an account."""

from __future__ import annotations

import asyncio

import httpx
from auth_service.passwords import AT_ONCE

from .people import PASSWORD, new_email, register
from .surroundings import Surroundings


async def _try(auth: httpx.AsyncClient, email: str, password: str = "Wrong123!") -> httpx.Response:
    return await auth.post("/auth/login", json={"email": email, "password": password})


async def test_ten_failures_lock_even_for_the_right_password(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    failed = [(await _try(auth, person.email)).status_code for _ in range(10)]
    assert failed == [401] * 10
    locked = await _try(auth, person.email, PASSWORD)
    assert locked.status_code == 429
    assert locked.json()["error"]["code"] == "account_locked"
    assert 880 < int(locked.headers["retry-after"]) <= 900


async def test_an_account_that_does_not_exist_is_locked_alike(auth: httpx.AsyncClient) -> None:
    email = new_email()
    for _ in range(10):
        await _try(auth, email)
    assert (await _try(auth, email)).status_code == 429


async def test_capitals_of_the_email_do_not_go_round_the_lock(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    for _ in range(10):
        await _try(auth, person.email.upper())
    assert (await _try(auth, person.email, PASSWORD)).status_code == 429


async def test_signing_in_forgets_the_failures_before_it(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    for _ in range(9):
        await _try(auth, person.email)
    assert (await _try(auth, person.email, PASSWORD)).status_code == 200
    for _ in range(9):
        await _try(auth, person.email)
    assert (await _try(auth, person.email, PASSWORD)).status_code == 200


async def test_guesses_at_once_cannot_outrun_the_lock(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    answers = await asyncio.gather(*(_try(auth, person.email) for _ in range(40)))
    tried = sum(answer.status_code == 401 for answer in answers)
    assert 10 <= tried <= 10 + AT_ONCE - 1
    assert all(answer.status_code in (401, 429) for answer in answers)


async def test_the_lock_ends_when_the_failures_are_15_minutes_old(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    for _ in range(10):
        await _try(auth, person.email)
    with surroundings.redis_admin() as redis:
        for key in redis.scan_iter("auth-service:failures:*"):
            for member, _ in redis.zrange(key, 0, -1, withscores=True):
                redis.zincrby(key, -900, member)
    assert (await _try(auth, person.email, PASSWORD)).status_code == 200


async def test_no_email_stands_in_redis(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    await _try(auth, person.email)
    with surroundings.redis_admin() as redis:
        keys = list(redis.scan_iter("*"))
    assert keys
    assert not any(person.email.partition("@")[0] in key for key in keys)
