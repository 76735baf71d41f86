"""platform-services: reports without gaps, the same before and after days are rolled up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from .people import Person
from .platform_services_fixtures import (
    member,
    report,
    roll_up,
    send_events,
    serving_platform,
    somebody,
)
from .surroundings import Surroundings

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
REPORTS = ("usage", "costs", "metrics", "dashboard")
INTERVALS = ("hour", "day", "week", "month")


@pytest.fixture
async def client(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving_platform(surroundings) as client:
        yield client


def _at(days_ago: int, hour: int = 0) -> str:
    return f"{TODAY - timedelta(days=days_ago) + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}"


async def _sent(client: httpx.AsyncClient, person: Person) -> Person:
    """Send what the reports of these tests are about; return a second user of the tenant."""
    colleague = Person(somebody().id, "colleague@example.com", person.tenant_id)
    await send_events(
        client,
        person,
        {"name": "chat", "occurred_at": _at(5, 3), "cost_usd": 0.1, "value": 10},
        {"name": "chat", "occurred_at": _at(5, 23), "cost_usd": 0.2},
        {"name": "chat", "occurred_at": _at(3, 0), "cost_usd": 0.000001},
        {"name": "opened", "occurred_at": _at(3, 1)},
    )
    await send_events(client, colleague, {"name": "chat", "occurred_at": _at(3, 2), "value": -4})
    metrics = [
        {"name": "latency", "value": value, "occurred_at": _at(4, 12)} for value in (1.0, 2.0, 6.0)
    ]
    answer = await client.post(
        "/analytics/metrics/batch", headers=person.headers, json={"metrics": metrics}
    )
    assert answer.status_code == 202
    return colleague


async def test_usage_counts_events_and_active_users_day_by_day(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await _sent(client, person)
    usage = await report(client, person, "usage", **{"from": _at(6), "to": _at(2)})
    starts = [_at(days) for days in (6, 5, 4, 3)]
    assert (usage["from"], usage["to"], usage["interval"]) == (_at(6), _at(2), "day")
    assert usage["total"] == 5
    chat, opened = usage["series"]
    assert (chat["name"], chat["total"], opened["name"]) == ("chat", 4, "opened")
    assert [point["start"] for point in chat["points"]] == starts
    assert [point["count"] for point in chat["points"]] == [0, 2, 0, 2]
    assert [point["value"] for point in chat["points"]] == [0, 10, 0, -4]
    assert [point["count"] for point in opened["points"]] == [0, 0, 0, 1]
    assert usage["active_users"]["total"] == 2
    assert [point["count"] for point in usage["active_users"]["points"]] == [0, 1, 0, 2]


async def test_costs_are_summed_exactly(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await _sent(client, person)
    costs = await report(client, person, "costs", **{"from": _at(6), "to": _at(2)})
    assert costs["total_usd"] == 0.300001
    assert [point["cost_usd"] for point in costs["points"]] == [0, 0.3, 0, 0.000001]
    assert [series["name"] for series in costs["series"]] == ["chat"]


async def test_metrics_have_sum_least_most_and_average(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await _sent(client, person)
    metrics = await report(client, person, "metrics", **{"from": _at(5), "to": _at(3)})
    assert metrics["series"] == [
        {
            "name": "latency",
            "total": 3,
            "points": [
                {"start": _at(5), "count": 0, "sum": 0, "min": None, "max": None, "avg": None},
                {"start": _at(4), "count": 3, "sum": 9, "min": 1, "max": 6, "avg": 3},
            ],
        }
    ]


async def test_the_dashboard_sums_the_others_up(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await _sent(client, person)
    board = await report(client, person, "dashboard", **{"from": _at(6), "to": _at(2)})
    assert board["totals"] == {"events": 5, "metrics": 3, "active_users": 2, "cost_usd": 0.300001}
    assert board["top_events"] == [{"name": "chat", "count": 4}, {"name": "opened", "count": 1}]
    assert [point["count"] for point in board["events"]] == [0, 2, 0, 3]
    assert [point["count"] for point in board["active_users"]] == [0, 1, 0, 2]
    assert [point["cost_usd"] for point in board["costs"]] == [0, 0.3, 0, 0.000001]


async def test_one_name_can_be_asked_for(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await _sent(client, person)
    asked = {"from": _at(6), "to": _at(2), "name": "opened"}
    usage = await report(client, person, "usage", **asked)
    assert (usage["total"], [series["name"] for series in usage["series"]]) == (1, ["opened"])
    assert (await report(client, person, "costs", **asked))["total_usd"] == 0
    assert (await report(client, person, "metrics", **asked))["series"] == []


async def _all(client: httpx.AsyncClient, person: Person) -> dict[tuple[str, str], Any]:
    asked = {"from": _at(7), "to": _at(-1)}
    return {
        (name, interval): await report(client, person, name, **asked, interval=interval)
        for name in REPORTS
        for interval in INTERVALS
    }


async def test_rolling_up_changes_no_report_and_late_events_count(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    colleague = await _sent(client, person)
    fresh = await _all(client, person)
    await roll_up(surroundings)
    assert await _all(client, person) == fresh
    with surroundings.superuser() as link:
        raw = (person.tenant_id,)
        stale = link.execute("SELECT 1 FROM platform.stale_days WHERE tenant_id = %s", raw)
        assert stale.fetchone() is None
        rolled = link.execute(
            "SELECT sum(count) FROM platform.daily_events WHERE tenant_id = %s", raw
        )
        assert rolled.fetchone() == (5,)
    late = {"name": "chat", "occurred_at": _at(5, 4), "cost_usd": 1}
    await send_events(client, colleague, late)
    later = await _all(client, person)
    assert later["usage", "day"]["total"] == later["usage", "hour"]["total"] == 6
    assert later["costs", "month"]["total_usd"] == 1.300001
    await roll_up(surroundings)
    await roll_up(surroundings)
    assert await _all(client, person) == later


async def test_weeks_and_months_are_made_of_days(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await send_events(
        client, person, *({"name": "x", "occurred_at": _at(days)} for days in range(30))
    )
    await roll_up(surroundings)
    asked = {"from": _at(40), "to": _at(-1)}
    for interval in ("day", "week", "month"):
        usage = await report(client, person, "usage", **asked, interval=interval)
        assert sum(point["count"] for point in usage["series"][0]["points"]) == 30
        assert usage["active_users"]["total"] == 1
    monday = TODAY - timedelta(days=TODAY.weekday() + 14)
    week = await report(
        client, person, "usage", **{"from": f"{monday:%Y-%m-%dT%H:%M:%SZ}"}, interval="week"
    )
    assert week["series"][0]["points"][0] == {"start": week["from"], "count": 7, "value": 0}


async def test_an_empty_tenant_has_empty_reports(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    usage = await report(client, person, "usage")
    assert (usage["total"], usage["series"]) == (0, [])
    assert {point["count"] for point in usage["active_users"]["points"]} == {0}
    assert (await report(client, person, "metrics", interval="hour"))["series"] == []
    board = await report(client, person, "dashboard")
    assert set(board["totals"].values()) == {0}


async def test_a_tenant_sees_nothing_of_another(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person, other = member(surroundings), member(surroundings)
    await _sent(client, person)
    seen = await _all(client, other)
    await roll_up(surroundings)
    assert await _all(client, other) == seen
    assert seen["dashboard", "day"]["totals"]["events"] == 0
    with surroundings.as_role("platform_services") as link:
        for table in (
            "events",
            "metrics",
            "daily_events",
            "daily_users",
            "daily_keys",
            "daily_metrics",
        ):
            statement = f"SELECT count(*) FROM platform.{table}".encode()
            assert link.execute(statement).fetchone() == (0,)


async def test_series_are_at_most_20_and_the_total_is_of_all(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = member(surroundings)
    await send_events(client, person, *({"name": f"e{n}"} for n in range(30)), {"name": "e29"})
    usage = await report(client, person, "usage")
    assert (len(usage["series"]), usage["total"]) == (20, 31)
    assert usage["series"][0]["name"] == "e29"


async def test_a_report_that_has_not_changed_is_not_sent_again(
    client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person, asked = member(surroundings), {"from": _at(6), "to": _at(2)}
    await _sent(client, person)
    for name in REPORTS:
        url = f"/analytics/{name}"
        tag = (await client.get(url, headers=person.headers, params=asked)).headers["ETag"]
        headers = {**person.headers, "If-None-Match": tag}
        assert (await client.get(url, headers=headers, params=asked)).status_code == 304


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"interval": "minute"}, "query.interval"),
        ({"from": "yesterday"}, "query.from"),
        ({"from": "1700000000"}, "query.from"),
        ({"to": "2026-01-01T00:00:00"}, "query.to"),
        ({"name": "a b"}, "query.name"),
        ({"from": "2001-01-01T00:00:00Z"}, "query.from"),
        ({"interval": "hour", "from": _at(40)}, "query.from"),
        ({"from": _at(-2)}, "query.from"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, asked: dict[str, str], path: str
) -> None:
    for name in REPORTS:
        answer = await client.get(f"/analytics/{name}", headers=somebody().headers, params=asked)
        assert answer.status_code == 422
        assert answer.json()["error"]["fields"][0]["path"] == path
