"""user-service: profiles are cached, and never older than the last write."""

from __future__ import annotations

from uuid import UUID

import httpx
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.service_auth import Caller
from user_service.cached import CachedProfiles
from user_service.settings import Settings
from user_service.storage import Storage

from .people import Person, register
from .surroundings import Surroundings


def _behind_the_services_back(surroundings: Surroundings, person: Person, bio: str) -> None:
    with surroundings.superuser() as connection:
        connection.execute(
            "UPDATE users.profiles SET bio = %s WHERE user_id = %s", (bio, person.id)
        )


async def _bio(users: httpx.AsyncClient, person: Person) -> str | None:
    bio: str | None = (await users.get("/users/me", headers=person.headers)).json()["bio"]
    return bio


async def test_a_profile_is_cached_for_15_minutes(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    first = await users.get("/users/me", headers=person.headers)
    _behind_the_services_back(surroundings, person, "unseen")
    second = await users.get("/users/me", headers=person.headers)
    assert second.json() == first.json()
    with surroundings.redis_admin() as redis:
        left = redis.ttl(f"user-service:profile:{person.id}")
    assert isinstance(left, int)
    assert 890 < left <= 900


async def test_a_write_is_seen_at_once(auth: httpx.AsyncClient, users: httpx.AsyncClient) -> None:
    person = await register(auth)
    for bio in ("one", "two", "three"):
        await users.put("/users/me", headers=person.headers, json={"bio": bio})
        assert await _bio(users, person) == bio
        assert await _bio(users, person) == bio


async def test_who_read_before_a_write_cannot_cache_it_after(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    settings = Settings.from_environment(surroundings.environment("user-service"))
    async with (
        Database("user-service", settings) as database,
        Cache("user-service", settings) as cache,
    ):
        caller = Caller(user_id=UUID(person.id), tenant_id=UUID(person.tenant_id), role="user")
        old = await Storage(database).get(caller, caller.user_id)
        assert old is not None
        await users.put("/users/me", headers=person.headers, json={"bio": "new"})
        await CachedProfiles(cache).keep(caller.user_id, old)
    assert await _bio(users, person) == "new"


async def test_a_write_while_redis_is_away_is_seen_when_it_is_back(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    assert await _bio(users, person) is None
    surroundings.redis.stop()
    try:
        changed = await users.put("/users/me", headers=person.headers, json={"bio": "new"})
        assert changed.status_code == 200
        assert await _bio(users, person) == "new"
    finally:
        surroundings.redis.start()
    with surroundings.redis_admin() as redis:
        assert "null" in str(redis.get(f"user-service:profile:{person.id}"))
    assert await _bio(users, person) == "new"
