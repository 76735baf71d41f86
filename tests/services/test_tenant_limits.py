"""Airtable calls a day and suspensions: what Redis is told of tenants, and told again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from airtable_gateway.settings import Settings
from pyairtable_shared.airtable_quota import LIMITS, AirtableQuota
from pyairtable_shared.cache import Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.suspension import SUSPENDED, Suspension

from .people import Person, register
from .stores import free_port
from .surroundings import Surroundings


@pytest.fixture
async def cache(surroundings: Surroundings) -> AsyncIterator[Cache]:
    """Redis as airtable-gateway has it."""
    async with _cache(surroundings) as made:
        yield made


def _cache(surroundings: Surroundings, **variables: str) -> Cache:
    environment = surroundings.environment("airtable-gateway") | variables
    return Cache("airtable-gateway", Settings.from_environment(environment))


async def refused(quota: AirtableQuota, tenant: UUID, calls: int) -> list[int]:
    """Count so many calls; return the numbers of those that were refused."""
    numbers = []
    for number in range(1, calls + 1):
        try:
            await quota.count(tenant)
        except ApiError as error:
            assert (error.status, error.code) == (403, "quota_exceeded")
            numbers.append(number)
    return numbers


async def test_calls_above_the_limit_are_refused_and_others_not_concerned(
    cache: Cache, surroundings: Surroundings
) -> None:
    quota, limited, free = AirtableQuota(cache), uuid4(), uuid4()
    with surroundings.redis_admin() as redis:
        redis.hset(LIMITS, str(limited), "3")
    assert await refused(quota, limited, 5) == [4, 5]
    assert await refused(quota, free, 5) == []
    assert await quota.used(free) == 5


async def test_a_days_count_does_not_stay_for_ever(
    cache: Cache, surroundings: Surroundings
) -> None:
    tenant = uuid4()
    await AirtableQuota(cache).count(tenant)
    with surroundings.redis_admin() as redis:
        [key] = list(redis.scan_iter(f"*{tenant}*", count=1000))
        assert 24 * 3600 <= redis.ttl(key) <= 3 * 24 * 3600


async def test_without_redis_nobody_is_refused(surroundings: Surroundings) -> None:
    async with _cache(surroundings, REDIS_PORT=str(free_port())) as away:
        quota = AirtableQuota(away)
        assert await refused(quota, uuid4(), 2) == []
        assert await quota.used(uuid4()) is None
        await Suspension(away).refuse(str(uuid4()))


async def test_the_plan_is_the_limit_and_redis_is_told_again_what_it_forgot(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    admin = Person(person.id, person.email, person.tenant_id, role="admin")
    url = f"/tenants/{person.tenant_id}"
    with surroundings.redis_admin() as redis:
        for plan, limit in (("team", "100000"), ("business", None), ("free", "10000")):
            changed = await tenants.put(url, json={"plan": plan}, headers=admin.headers)
            assert changed.status_code == 200, changed.text
            assert redis.hget(LIMITS, person.tenant_id) == limit
        redis.delete(LIMITS)
        async with asyncio.timeout(60):
            while redis.hget(LIMITS, person.tenant_id) is None:
                await asyncio.sleep(0.1)


async def test_a_days_calls_are_told_as_usage(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, cache: Cache
) -> None:
    person = await register(auth)
    for _ in range(3):
        await AirtableQuota(cache).count(UUID(person.tenant_id))
    usage = await tenants.get(f"/tenants/{person.tenant_id}/usage", headers=person.headers)
    assert usage.json()["airtable_calls_today"] == {"used": 3, "limit": 10_000}


async def test_a_suspension_while_redis_is_away_is_known_once_it_is_back(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    admin = Person(person.id, person.email, person.tenant_id, role="admin")
    url = f"/tenants/{person.tenant_id}"
    surroundings.redis.stop()
    try:
        suspended = await tenants.post(f"{url}/suspend", headers=admin.headers)
        assert (suspended.status_code, suspended.json()["status"]) == (200, "suspended")
    finally:
        surroundings.redis.start()
    with surroundings.redis_admin() as redis:
        async with asyncio.timeout(60):
            while not redis.sismember(SUSPENDED, person.tenant_id):
                await asyncio.sleep(0.1)
    resumed = await tenants.post(f"{url}/resume", headers=admin.headers)
    assert resumed.json()["status"] == "active"
