"""platform-services: its background work, done by one replica, repeatable, tenant by tenant."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from platform_services.analytics.jobs import LOCK, Rollups
from pyairtable_shared.database import Database

from .people import register
from .platform_services_fixtures import (
    SERVICE,
    before,
    member,
    report,
    roll_up,
    send_events,
    serving_platform,
    settings,
)
from .running import running
from .surroundings import Surroundings


@pytest.fixture
async def client(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving_platform(surroundings) as client:
        yield client


def _count(surroundings: Surroundings, table: str, tenant_id: str) -> int:
    with surroundings.superuser() as link:
        statement = f"SELECT count(*) FROM platform.{table} WHERE tenant_id = %s"
        row = link.execute(statement.encode(), (tenant_id,)).fetchone()
    assert row is not None
    return int(row[0])


async def _locking(link: psycopg.Connection, statement: str) -> None:
    """Execute what may wait for the service's own background work, which is in this loop."""
    await asyncio.to_thread(link.execute, statement.encode())


async def test_old_events_go_and_their_roll_ups_stay(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await send_events(
        client,
        person,
        {"name": "old", "occurred_at": before(days=80)},
        {"name": "new", "occurred_at": before(days=2)},
    )
    await roll_up(surroundings)
    later = datetime.now(UTC) + timedelta(days=30)
    await roll_up(surroundings, later)
    assert _count(surroundings, "events", person.tenant_id) == 1
    usage = await report(client, person, "usage", **{"from": before(days=85)})
    assert {series["name"]: series["total"] for series in usage["series"]} == {"old": 1, "new": 1}
    # A mark of a day whose rows are gone must not empty its roll-up.
    await send_events(client, person, {"name": "late", "occurred_at": before(days=80)})
    await roll_up(surroundings, later)
    again = await report(client, person, "usage", **{"from": before(days=85)})
    assert {series["name"] for series in again["series"]} == {"old", "new"}


async def test_roll_ups_go_after_two_years(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await send_events(client, person, {"name": "x"})
    await roll_up(surroundings)
    await roll_up(surroundings, datetime.now(UTC) + timedelta(days=729))
    assert _count(surroundings, "daily_events", person.tenant_id) == 1
    await roll_up(surroundings, datetime.now(UTC) + timedelta(days=732))
    assert _count(surroundings, "daily_events", person.tenant_id) == 0
    assert _count(surroundings, "daily_users", person.tenant_id) == 0


async def test_a_shorter_retention_is_honoured(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await send_events(client, person, {"name": "x", "occurred_at": before(days=10)})
    await roll_up(surroundings)
    await roll_up(surroundings, RETENTION_DAYS="7")
    assert _count(surroundings, "events", person.tenant_id) == 0
    async with serving_platform(surroundings, RETENTION_DAYS="7") as other:
        body = {"name": "x", "occurred_at": before(days=8)}
        answer = await other.post("/analytics/events", headers=person.headers, json=body)
    assert answer.status_code == 422


async def test_while_one_replica_rolls_up_no_other_does(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await roll_up(surroundings)
    given = settings(surroundings)
    async with Database(SERVICE, given) as database:
        with surroundings.superuser() as other:
            await send_events(client, person, {"name": "x"})
            await _locking(other, f"SELECT pg_advisory_lock({LOCK})")
            assert await Rollups(database, given).once() is False
            assert _count(surroundings, "daily_events", person.tenant_id) == 0
            other.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
        assert await Rollups(database, given).once() is True


async def test_what_a_tenant_that_is_gone_left_is_removed(
    client: httpx.AsyncClient,
    auth: httpx.AsyncClient,
    users: httpx.AsyncClient,
    surroundings: Surroundings,
) -> None:
    gone, stays = await register(auth), await register(auth)
    for person in (gone, stays):
        used = {"name": "api_key.request", "properties": {"key_id": "x"}}
        await send_events(client, person, used)
    await roll_up(surroundings)
    for table in ("daily_events", "daily_keys"):
        assert _count(surroundings, table, gone.tenant_id) == 1
    assert (await users.delete(f"/users/{gone.id}", headers=gone.headers)).status_code == 204
    await roll_up(surroundings)
    for table in (
        "events",
        "metrics",
        "daily_events",
        "daily_users",
        "daily_keys",
        "retention",
    ):
        assert _count(surroundings, table, gone.tenant_id) == 0
    assert _count(surroundings, "events", stays.tenant_id) == 1
    assert _count(surroundings, "daily_events", stays.tenant_id) == 1


async def test_one_tenants_trouble_keeps_no_other_from_its_roll_ups(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    people = [member(surroundings) for _ in range(3)]
    for person in people:
        await send_events(client, person, {"name": "x"})
    broken = people[1].tenant_id
    constraint = f"CHECK (tenant_id <> '{broken}') NOT VALID"
    with surroundings.superuser() as link:
        await _locking(
            link, f"ALTER TABLE platform.daily_events ADD CONSTRAINT trouble {constraint}"
        )
        try:
            await roll_up(surroundings)
        finally:
            await _locking(link, "ALTER TABLE platform.daily_events DROP CONSTRAINT trouble")
    assert [_count(surroundings, "daily_events", p.tenant_id) for p in people] == [1, 0, 1]
    await roll_up(surroundings)
    assert _count(surroundings, "daily_events", broken) == 1


async def test_two_processes_roll_up_by_themselves_and_stop_cleanly(
    surroundings: Surroundings,
) -> None:
    person = member(surroundings)
    headers = {**person.headers, "X-API-Key": surroundings.secret("api-key")}
    with (
        running(surroundings, SERVICE, ROLLUP_SECONDS="0.2") as one,
        running(surroundings, SERVICE, ROLLUP_SECONDS="0.2") as two,
    ):
        for count in range(1, 6):
            answer = httpx.post(
                f"{one.url}/analytics/events", headers=headers, json={"name": "x"}, timeout=60
            )
            assert answer.status_code == 202, answer.text
            deadline = time.monotonic() + 120
            while _count(surroundings, "stale_days", person.tenant_id):
                assert time.monotonic() < deadline, one.output[-5:]
                time.sleep(0.05)
            usage = httpx.get(f"{two.url}/analytics/usage", headers=headers, timeout=60).json()
            assert usage["total"] == count
        days = [each.metric("analytics_rollup_days_total") for each in (one, two)]
        failures = [each.metric("analytics_rollup_failures_total") for each in (one, two)]
        assert (sum(days) >= 5, failures) == (True, [0, 0])
        assert one.metric("analytics_items_total", kind="event") == 5
        assert (one.stop(), two.stop()) == (0, 0)
