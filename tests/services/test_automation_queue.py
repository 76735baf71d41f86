"""The queue of automation-services: workers that die, replicas, ticks, and what is tidied up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from procrastinate.manager import JobManager
from pyairtable_shared.repeating import Repeating

from .automation_fixtures import (
    QUICK,
    Outside,
    automation,
    create,
    ended,
    newcomer,
    start,
    step,
    until,
)
from .people import Person
from .running import Running, running, until_ready
from .surroundings import Surroundings

EVERY_SECOND = {"type": "cron", "cron": "* * * * * */1"}


@pytest.fixture
def person(surroundings: Surroundings) -> Person:
    """Somebody with a tenant."""
    return newcomer(surroundings)


@pytest.fixture
async def client(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, whose worker runs."""
    async with automation(surroundings, SHORTEST_CRON="1") as made:
        yield made


def _client(surroundings: Surroundings, replica: Running) -> httpx.AsyncClient:
    until_ready(replica)
    headers = {"X-API-Key": surroundings.secret("api-key")}
    return httpx.AsyncClient(base_url=replica.url, headers=headers, timeout=60)


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
        async with _client(surroundings, first) as client:
            workflow = await create(client, person.headers, *_steps(url))
            path = await start(client, person.headers, workflow)
        await _called(outside, "/slow")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    outside.slow = 0
    with running(surroundings, "automation-services", **QUICK) as second:
        async with _client(surroundings, second) as client:
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
        async with _client(surroundings, first) as client:
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


async def test_a_large_upload_is_refused_while_it_comes_with_little_memory(
    surroundings: Surroundings, person: Person
) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    lines = {
        **person.headers,
        "Host": "service",
        "X-API-Key": surroundings.secret("api-key"),
        "Content-Type": "multipart/form-data; boundary=x",
        "Transfer-Encoding": "chunked",
    }
    written = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    variables = {**QUICK, "MAX_FILE_SIZE": "4MB"}
    with running(surroundings, "automation-services", **variables) as replica:
        async with _client(surroundings, replica) as client:
            before = _peak_mib(replica)
            port = int(replica.url.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST /files HTTP/1.1\r\n{written}\r\n".encode() + _chunk(head))
            for _ in range(60):
                writer.write(_chunk(b"x" * (1 << 20)))
                await writer.drain()
            # The form has not ended, and never will.
            async with asyncio.timeout(60):
                assert await reader.readline() == b"HTTP/1.1 413 Request Entity Too Large\r\n"
            writer.close()
            listed = await client.get("/files", headers=person.headers)
        assert listed.json()["total"] == 0
        assert _peak_mib(replica) - before < 16


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _peak_mib(replica: Running) -> float:
    status = Path(f"/proc/{replica.process.pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


async def test_a_replica_keeps_to_twelve_connections(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    workflow = await create(client, person.headers, step("a", "transform", values={"b": 1}))
    most = 0
    with surroundings.superuser() as link:

        async def load() -> None:
            for _ in range(4):
                await start(client, person.headers, workflow)
                await client.get("/files", headers=person.headers)

        work = asyncio.gather(*(load() for _ in range(20)))
        while not work.done():
            row = link.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'automation_services'"
            ).fetchone()
            most = max(most, row[0] if row else 0)
            await asyncio.sleep(0.02)
        await work
    assert 2 <= most <= 12


async def test_a_worker_stops_even_when_a_cancellation_is_lost_while_it_begins(
    surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = asyncio.Event()

    async def deaf(_: JobManager, __: float) -> list[int]:
        begins.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        return []

    # Those of workers that other tests have killed stay for a while.
    before = workers(surroundings)
    monkeypatch.setattr(JobManager, "prune_stalled_workers", deaf)
    async with asyncio.timeout(60) as limit:
        async with automation(surroundings):
            await begins.wait()
    assert not limit.expired()
    assert workers(surroundings) <= before


def workers(surroundings: Surroundings) -> set[int]:
    """Workers that the queue takes for running."""
    with surroundings.superuser() as link:
        return {row[0] for row in link.execute("SELECT id FROM automation.procrastinate_workers")}


async def test_what_is_done_again_and_again_ends_even_when_a_cancellation_is_lost() -> None:
    rounds = 0

    async def stubborn() -> None:
        nonlocal rounds
        rounds += 1
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(10)

    async with asyncio.timeout(2):
        async with Repeating("stubborn", 10, stubborn):
            await asyncio.sleep(0.05)
    assert rounds == 1
