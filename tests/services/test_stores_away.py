"""The services while a store is away, and when it is back."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
from auth_service.application import application
from auth_service.settings import Settings

from .people import PASSWORD, bearer, new_email, register, sign_in
from .stores import Store
from .surroundings import Surroundings, serving


@contextmanager
def away(store: Store) -> Iterator[None]:
    """Stop a store, and start it again whatever happens."""
    store.stop()
    try:
        yield
    finally:
        store.start()


@asynccontextmanager
async def _auth(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings.from_environment(surroundings.environment("auth-service"))
    async with serving(application(settings), surroundings.secret("api-key")) as client:
        yield client


async def _becomes(client: httpx.AsyncClient, status: str, seconds: float = 60.0) -> float:
    """Ask /ready until it says so; return the seconds that took."""
    started = time.monotonic()
    while (said := (await client.get("/ready")).json())["status"] != status:
        assert time.monotonic() - started < seconds, said
        await asyncio.sleep(0.2)
    return time.monotonic() - started


async def test_a_service_starts_without_its_database_and_works_once_it_is_there(
    surroundings: Surroundings,
) -> None:
    with away(surroundings.postgres):
        async with _auth(surroundings) as auth:
            answer = await auth.get("/ready")
            assert answer.status_code == 503
            checks = answer.json()["checks"]
            assert checks["postgres"]["status"] == "unhealthy"
            assert checks["postgres"]["latency_ms"] <= 1600
            assert checks["redis"]["status"] == "healthy"
            assert (await auth.get("/health")).status_code == 200
            surroundings.postgres.start()
            await _becomes(auth, "ready")
            await register(auth)
            surroundings.postgres.stop()


async def test_without_the_database_requests_are_answered_503(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    with away(surroundings.postgres):
        body = {"email": new_email(), "password": PASSWORD}
        answer = await auth.post("/auth/login", json=body)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "database_unavailable"
    await _becomes(auth, "ready")


async def test_a_request_waits_for_a_database_that_restarts(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    surroundings.postgres.stop()
    waiting = asyncio.create_task(sign_in(auth, person))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(surroundings.postgres.start)
    assert (await waiting)["token_type"] == "Bearer"


async def test_connections_that_a_restart_broke_are_not_used(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    await asyncio.gather(*(sign_in(auth, person) for _ in range(8)))
    with away(surroundings.postgres):
        pass
    await asyncio.gather(*(sign_in(auth, person) for _ in range(8)))


async def test_without_redis_one_still_signs_in_and_readiness_says_degraded(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    with away(surroundings.redis):
        ready = await auth.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["checks"]["redis"]["status"] == "unhealthy"
        await sign_in(auth, person)
        for path in ("/auth/validate", "/auth/logout"):
            answer = await auth.post(path, headers=bearer(tokens))
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "revocation_unavailable"
    await _becomes(auth, "ready")
    assert (await auth.post("/auth/logout", headers=bearer(tokens))).status_code == 204


async def test_without_redis_ten_failures_lock_all_the_same(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    wrong = {"email": person.email, "password": "Wrong123!"}
    with away(surroundings.redis):
        statuses = [(await auth.post("/auth/login", json=wrong)).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


async def test_without_redis_user_service_does_all_its_work(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    with away(surroundings.redis):
        for answer in (
            await users.get("/users/me", headers=person.headers),
            await users.put("/users/me", headers=person.headers, json={"bio": "x"}),
            await users.get("/users", headers=person.headers),
        ):
            assert answer.status_code == 200
        assert (await users.get("/ready")).status_code == 200


async def test_a_new_password_of_the_database_needs_no_restart(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    await register(auth)
    file = surroundings.secrets / "auth-service-postgres-password"
    old = file.read_text()
    try:
        file.write_text(secrets.token_urlsafe(32))
        assert surroundings.migrate().returncode == 0
        with surroundings.superuser() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'auth_service'"
            )
        await register(auth)
    finally:
        file.write_text(old)
        surroundings.migrate()


async def test_a_service_holds_few_connections_however_many_ask(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    answers = await asyncio.gather(
        *(auth.post("/auth/validate", headers=bearer(tokens)) for _ in range(200))
    )
    # Who waits too long for a connection is told so: how many do is the machine's speed.
    assert {answer.status_code for answer in answers} - {503} == {200}
    with surroundings.superuser() as connection:
        (used,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'auth_service'"
        ).fetchone() or (0,)
    assert 1 <= used <= 12
