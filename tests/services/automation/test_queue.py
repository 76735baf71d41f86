"""The queue of automation-services: workers that die, replicas, ticks, and what is tidied up."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from datetime import datetime
from typing import Any

import httpx
import pytest

from ..automation_fixtures import (
    QUICK,
    Outside,
    automation,
    client_of,
    create,
    ended,
    start,
    step,
    until,
)
from ..people import Person
from ..running import running
from ..surroundings import Surroundings

EVERY_SECOND = {"type": "cron", "cron": "* * * * * */1"}


@pytest.fixture
def variables() -> dict[str, str]:
    """Ticks as short as a second."""
    return {"SHORTEST_CRON": "1"}


async def _called(outside: Outside, path: str) -> None:
    async def calls() -> int:
        return outside.named(path)

    await until(calls, bool)


def _steps(url: str) -> list[dict[str, Any]]:
    return [
        step("first", "http", url=f"{url}/first"),
        step("second", "http", url=f"{url}/slow", timeout_seconds=20),
        step("third", "transform", values={"n": "{{ steps.first.output.body.number }}"}),
    ]


async def test_a_step_whose_worker_was_killed_is_taken_up_by_another_process(
    surroundings: Surroundings, person: Person, outside: Outside, url: str
) -> None:
    outside.slow = 5
    with running(surroundings, "automation-services", **QUICK) as first:
        async with client_of(surroundings, first) as client:
            workflow = await create(client, person.headers, *_steps(url))
            path = await start(client, person.headers, workflow)
        await _called(outside, "/slow")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    outside.slow = 0
    with running(surroundings, "automation-services", **QUICK) as second:
        async with client_of(surroundings, second) as client:
            seen = await ended(client, person.headers, path)
    assert (seen["status"], seen["attempt"]) == ("succeeded", 2)
    assert [each["attempts"] for each in seen["steps"]] == [1, 2, 1]
    assert (outside.named("/first"), outside.named("/slow")) == (1, 2)
    assert seen["steps"][2]["output"] == {"n": 1}


async def test_a_worker_that_is_stopped_hands_its_execution_on_at_once(
    surroundings: Surroundings, person: Person, outside: Outside, url: str
) -> None:
    outside.slow = 5
    quick = {**QUICK, "WORKER_GRACE": "0.2", "STALLED_AFTER": "60"}
    with running(surroundings, "automation-services", **quick) as first:
        async with client_of(surroundings, first) as client:
            workflow = await create(client, person.headers, *_steps(url))
            path = await start(client, person.headers, workflow)
        await _called(outside, "/slow")
        assert first.stop() == 0
        for line in first.output:
            json.loads(line)
    outside.slow = 0
    async with automation(surroundings, STALLED_AFTER="60") as client:
        seen = await ended(client, person.headers, path)
    assert (seen["status"], seen["attempt"], outside.named("/first")) == ("succeeded", 2, 1)


async def test_each_tick_is_run_once_over_two_replicas(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    body = step("note", "transform", values={"tick": "{{ trigger.tick }}"})
    async with automation(surroundings, SHORTEST_CRON="1"):
        made = await create(client, person.headers, body, trigger=EVERY_SECOND)
        assert made["next_tick"] is not None
        path = f"/workflows/{made['id']}/executions"

        async def look() -> list[dict[str, Any]]:
            answer = await client.get(f"{path}?page_size=100", headers=person.headers)
            found: list[dict[str, Any]] = answer.json()["executions"]
            return [each for each in found if each["status"] == "succeeded"]

        await until(look, lambda seen: len(seen) >= 4)
        off = {"name": "Off", "enabled": False, "steps": made["steps"], "trigger": EVERY_SECOND}
        await client.put(f"/workflows/{made['id']}", json=off, headers=person.headers)
        seen = await look()
    assert set(Counter(each["tick"] for each in seen).values()) == {1}
    assert {(each["trigger"], each["attempt"]) for each in seen} == {("cron", 1)}


async def test_missed_ticks_are_made_up_for_by_one_execution(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    hourly = {"type": "cron", "cron": "0 * * * *"}
    body = step("note", "transform", values={"a": 1})
    made = await create(client, person.headers, body, trigger=hourly)
    with surroundings.superuser() as link:
        link.execute(
            "UPDATE automation.workflows SET next_tick = date_trunc('hour', now()) - interval '5h'"
            " WHERE id = %s",
            (made["id"],),
        )

    async def count() -> int:
        answer = await client.get(f"/workflows/{made['id']}/executions", headers=person.headers)
        return int(answer.json()["total"])

    await until(count, bool)
    await asyncio.sleep(0.6)
    assert await count() == 1
    after = (await client.get(f"/workflows/{made['id']}", headers=person.headers)).json()
    assert datetime.fromisoformat(after["next_tick"]).timestamp() > time.time()


async def test_a_suspended_tenant_starts_nothing(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    body = step("note", "transform", values={"a": 1})
    hooked = await create(client, person.headers, body, trigger={"type": "webhook"})
    ticking = await create(client, person.headers, body, trigger=EVERY_SECOND)
    with surroundings.superuser() as link:
        link.execute(
            "UPDATE tenants.tenants SET suspended_at = now() WHERE id = %s", (person.tenant_id,)
        )
        link.execute("DELETE FROM automation.executions WHERE workflow_id = %s", (ticking["id"],))
    answer = await client.post(f"/workflows/hooks/{hooked['hook_token']}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "tenant_suspended")
    await asyncio.sleep(1.3)
    seen = await client.get(f"/workflows/{ticking['id']}/executions", headers=person.headers)
    assert seen.json()["total"] == 0


async def test_the_worker_goes_on_after_the_database_was_away(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    workflow = await create(client, person.headers, step("a", "transform", values={"b": 1}))
    surroundings.postgres.stop()
    await asyncio.sleep(0.5)
    surroundings.postgres.start()

    async def ready() -> int:
        return (await client.get("/ready")).status_code

    await until(ready, lambda status: status == 200)
    path = await start(client, person.headers, workflow)
    assert (await ended(client, person.headers, path))["status"] == "succeeded"


async def test_a_job_that_was_lost_or_left_behind_is_seen_to(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient, url: str
) -> None:
    workflow = await create(client, person.headers, step("a", "http", url=f"{url}/ok"))
    await ended(client, person.headers, await start(client, person.headers, workflow))
    with surroundings.superuser() as link:
        lost = link.execute(
            "INSERT INTO automation.executions"
            " (tenant_id, user_id, workflow_id, trigger, input, definition, job_id)"
            " SELECT tenant_id, user_id, workflow_id, trigger, input, definition, 0"
            " FROM automation.executions WHERE workflow_id = %s RETURNING id",
            (workflow["id"],),
        ).fetchone()
        left = link.execute(
            "INSERT INTO automation.procrastinate_jobs"
            " (queue_name, task_name, args, status, worker_id)"
            " SELECT 'automation', 'run_execution', jsonb_build_object('tenant_id', tenant_id,"
            " 'user_id', user_id, 'execution_id', id), 'doing',"
            " (SELECT max(id) FROM automation.procrastinate_workers)"
            " FROM automation.executions WHERE id = %s RETURNING id",
            (lost and lost[0],),
        ).fetchone()
        assert lost is not None and left is not None

        async def jobs() -> int:
            return link.execute(
                "SELECT FROM automation.procrastinate_jobs WHERE id = %s", left
            ).rowcount

        await until(jobs, lambda count: count == 0)
    path = f"/workflows/{workflow['id']}/executions/{lost[0]}"
    assert (await ended(client, person.headers, path))["status"] == "failed"


async def test_what_is_over_is_removed(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    workflow = await create(client, person.headers, step("a", "transform", values={"b": 1}))
    path = await start(client, person.headers, workflow)
    await ended(client, person.headers, path)
    file = await client.post("/files", files={"file": ("a.txt", b"hi")}, headers=person.headers)
    with surroundings.superuser() as link:
        link.execute(
            "UPDATE automation.executions SET finished_at = now() - interval '31 days'"
            " WHERE workflow_id = %s",
            (workflow["id"],),
        )
        link.execute(
            "UPDATE automation.files SET status = 'uploading',"
            " created_at = now() - interval '2 hours' WHERE id = %s",
            (file.json()["id"],),
        )

        async def left() -> int:
            return link.execute(
                "SELECT FROM automation.executions WHERE workflow_id = %s UNION ALL"
                " SELECT FROM automation.files WHERE id = %s",
                (workflow["id"], file.json()["id"]),
            ).rowcount

        await until(left, lambda count: count == 0)
