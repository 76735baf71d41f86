"""What users use reaches the reports, once, whatever is away meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from airtable_emulator.samples import PROJECTS_BASE
from platform_services.analytics.ingest import Ingest
from platform_services.analytics.usage import Usage
from pyairtable_shared.cache import Cache
from pyairtable_shared.database import Database
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.usage import FIELD, STREAM, UsageLog

from .automation_fixtures import newcomer
from .people import Person
from .platform_services_fixtures import SERVICE, settings
from .running import running, until_ready
from .surroundings import Surroundings


@pytest.fixture
def person(surroundings: Surroundings) -> Iterator[Person]:
    """Somebody with a tenant; nothing of others waits to be read."""
    with surroundings.redis_admin() as redis:
        redis.delete(STREAM)
        yield newcomer(surroundings)
        redis.delete(STREAM)


@pytest.fixture
async def cache(surroundings: Surroundings) -> AsyncIterator[Cache]:
    """What a service that notes usage has of Redis."""
    async with Cache(SERVICE, settings(surroundings)) as made:
        yield made


@pytest.fixture
async def reader(surroundings: Surroundings, cache: Cache) -> AsyncIterator[Usage]:
    """What reads the stream."""
    given = settings(surroundings)
    async with Database(SERVICE, given) as database:
        yield Usage(cache, Ingest(database, given.retention_days))


async def noted(log: UsageLog, person: Person, name: str, **more: Any) -> None:
    """Note one use of somebody."""
    await log.note(UUID(person.tenant_id), UUID(person.id), name, **more)


def kept(surroundings: Surroundings, person: Person) -> list[tuple[str, float, str | None]]:
    """What the database has of a tenant: names, values and costs."""
    with surroundings.superuser() as connection:
        return connection.execute(
            "SELECT name, value, cost_usd::text FROM platform.events WHERE tenant_id = %s"
            " ORDER BY name, value",
            (person.tenant_id,),
        ).fetchall()


async def test_what_is_noted_is_in_the_database_once(
    surroundings: Surroundings, person: Person, cache: Cache, reader: Usage
) -> None:
    log = UsageLog(cache)
    await noted(log, person, "llm.chat", value=1200, cost_usd=0.000125)
    await noted(log, person, "airtable.call", value=1, properties={"base": "app1"})
    # A reader that is killed before it has told the stream reads the same again.
    again = await cache.client.xrange(STREAM)
    await reader.look()
    for _, fields in again:
        await cache.client.xadd(STREAM, fields)
    await reader.look()
    assert kept(surroundings, person) == [
        ("airtable.call", 1.0, None),
        ("llm.chat", 1200.0, "0.000125"),
    ]
    assert await cache.client.xlen(STREAM) == 0


async def test_what_is_noted_while_redis_is_away_arrives_when_it_is_back(
    surroundings: Surroundings, person: Person, cache: Cache, reader: Usage
) -> None:
    log = UsageLog(cache)
    surroundings.redis.stop()
    try:
        for value in (1, 2, 3):
            await noted(log, person, "llm.chat", value=value)
    finally:
        surroundings.redis.start()
    await log.flush()
    await reader.look()
    assert [value for _, value, _ in kept(surroundings, person)] == [1.0, 2.0, 3.0]


async def test_what_is_owed_reaches_the_database_when_a_service_stops(
    surroundings: Surroundings, person: Person, cache: Cache, reader: Usage
) -> None:
    log = UsageLog(cache)
    async with Repeating("usage", 3600.0, log.flush, once_more=True):
        # Its first look finds nothing; the next would come in an hour.
        await asyncio.sleep(0.1)
        log.owe(UUID(person.tenant_id), UUID(person.id), "api_key.request", value=1)
        assert await cache.client.xlen(STREAM) == 0
    await reader.look()
    assert kept(surroundings, person) == [("api_key.request", 1.0, None)]


async def test_an_entry_that_cannot_be_kept_keeps_no_other_out(
    surroundings: Surroundings, person: Person, cache: Cache, reader: Usage
) -> None:
    ids = {"tenant_id": person.tenant_id, "user_id": person.id}
    old = (datetime.now(UTC) - timedelta(days=1000)).isoformat()
    for entry in (
        "no JSON",
        "[]",
        json.dumps({"name": "llm.chat"}),
        json.dumps({**ids, "name": "not a name!", "value": 1}),
        json.dumps({**ids, "id": str(uuid4()), "name": "llm.chat", "occurred_at": old}),
    ):
        await cache.client.xadd(STREAM, {FIELD: entry})
    await cache.client.xadd(STREAM, {"other": "x"})
    await noted(UsageLog(cache), person, "llm.chat", value=7)
    await reader.look()
    assert kept(surroundings, person) == [("llm.chat", 7.0, None)]
    assert await cache.client.xlen(STREAM) == 0


def test_requests_to_airtable_are_noted_for_their_user(
    surroundings: Surroundings, person: Person
) -> None:
    file = surroundings.secrets / "airtable-token-of-usage"
    file.write_text("patUsage.0123456789")
    variables = {"AIRTABLE_TOKEN_FILE": str(file)}
    with running(surroundings, "airtable-emulator", **variables) as emulator:
        until_ready(emulator)
        with running(
            surroundings, "airtable-gateway", AIRTABLE_API_URL=emulator.url, **variables
        ) as gateway:
            headers = {**person.headers, "X-API-Key": surroundings.secret("api-key")}
            made = httpx.post(
                f"{gateway.url}/bases/{PROJECTS_BASE}/tables/Tasks/records",
                json={"fields": {"Title": "used"}},
                headers=headers,
                timeout=60,
            )
            assert made.status_code == 201, made.text
    with surroundings.redis_admin() as redis:
        entries = [json.loads(fields[FIELD]) for _, fields in redis.xrange(STREAM)]
    mine = [each for each in entries if each["tenant_id"] == person.tenant_id]
    assert [(each["name"], each["user_id"], each["value"]) for each in mine] == [
        ("airtable.call", person.id, 1)
    ]
    assert mine[0]["properties"] == {"base": PROJECTS_BASE}
