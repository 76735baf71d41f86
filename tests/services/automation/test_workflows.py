"""Workflows of automation-services: kept, started, run step by step, cancelled."""

from __future__ import annotations

import time
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..automation_fixtures import (
    Outside,
    automation,
    create,
    ended,
    ran,
    start,
    step,
    until,
)
from ..people import Person
from ..running import served
from ..surroundings import Surroundings


async def test_values_of_former_steps_flow_into_later_ones(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str
) -> None:
    seen = await ran(
        client,
        person.headers,
        step("call", "http", method="POST", url=f"{url}/one", body={"n": "{{ trigger.body.n }}"}),
        step(
            "sums",
            "transform",
            values={
                "sum": "{{ steps.call.output.body.number + trigger.body.n }}",
                "text": "{{ workflow.name }}: {{ steps.call.output.status }}",
            },
        ),
        given={"n": 41},
    )
    assert (seen["status"], seen["error"]) == ("succeeded", None)
    assert [each["status"] for each in seen["steps"]] == ["succeeded", "succeeded"]
    assert seen["steps"][1]["output"] == {"sum": 42, "text": "A workflow: 200"}
    path, headers, body = outside.calls[0]
    assert (path, body, headers["content-type"]) == ("/one", b'{"n": 41}', "application/json")
    assert not {"x-api-key", "x-user-id", "x-tenant-id"} & headers.keys()


async def test_a_condition_stops_goes_on_or_jumps(
    client: httpx.AsyncClient, person: Person
) -> None:
    def values(name: str) -> dict[str, Any]:
        return step(name, "transform", values={"name": name})

    async def outcome(**more: Any) -> list[str]:
        check = step("check", "condition", expression="trigger.body.n > 5", **more)
        steps = (check, values("next"), values("last"))
        seen = await ran(client, person.headers, *steps, given={"n": 1})
        assert seen["status"] == "succeeded"
        assert seen["steps"][0]["output"] == {"result": False}
        return [each["status"] for each in seen["steps"][1:]]

    assert await outcome() == ["skipped", "skipped"]
    assert await outcome(otherwise="continue") == ["succeeded", "succeeded"]
    assert await outcome(otherwise="goto", goto="last") == ["skipped", "succeeded"]


async def test_a_failure_that_passes_is_tried_again(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str
) -> None:
    outside.failures = 3
    seen = await ran(client, person.headers, step("call", "http", url=f"{url}/flaky"))
    assert seen["status"] == "succeeded"
    assert (seen["steps"][0]["attempts"], outside.named("/flaky")) == (4, 4)
    keys = {headers["idempotency-key"] for _, headers, _ in outside.calls}
    assert keys == {f"{seen['id']}-0"}


async def test_after_three_retries_the_execution_fails(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str
) -> None:
    outside.failures = 9
    began = time.monotonic()
    seen = await ran(
        client,
        person.headers,
        step("call", "http", url=f"{url}/flaky"),
        step("after", "transform", values={"a": 1}),
    )
    assert (seen["status"], seen["error"]) == ("failed", "Step call: The answer was 503")
    assert [(each["status"], each["attempts"]) for each in seen["steps"]] == [("failed", 4)]
    assert outside.named("/flaky") == 4
    # Pauses of 0.05, 0.1 and 0.2 seconds.
    assert time.monotonic() - began > 0.35


async def test_a_failure_that_would_come_again_ends_the_execution_at_once(
    client: httpx.AsyncClient, person: Person, url: str
) -> None:
    for wrong, error in (
        (step("s", "http", url=f"{url}/missing"), "The answer was 404"),
        (step("s", "http", url=f"{url}/big"), "The answer has more than 200000 bytes"),
        (step("s", "http", url="ftp://127.0.0.1/"), "The address must be http or https"),
        (step("s", "transform", values={"a": "{{ steps.no }}"}), "has no attribute 'no'"),
        (step("s", "transform", values={"a": "{{ ''.__class__ }}"}), "is unsafe"),
        (step("s", "transform", values={"a": "{{ 'a' * 10**10 }}"}), "needs more memory"),
        (step("s", "file", file_id="{{ execution.id }}"), "There is no such file"),
    ):
        seen = await ran(client, person.headers, wrong)
        assert seen["status"] == "failed", wrong
        assert error in seen["error"]
        assert seen["steps"][0]["attempts"] == 1


async def test_private_addresses_are_not_called_even_by_a_redirect(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str
) -> None:
    port = url.rpartition(":")[2]
    for address in (
        f"http://localhost:{port}/ok",
        f"http://[::1]:{port}/ok",
        f"http://2130706433:{port}/ok",
        f"http://0.0.0.0:{port}/ok",
        f"http://[::ffff:127.0.0.1]:{port}/ok",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        f"{url}/redirect?to=http://localhost:{port}/ok",
    ):
        seen = await ran(client, person.headers, step("call", "http", url=address))
        assert seen["status"] == "failed", address
        assert "is in a network that may not be called" in seen["error"]
    assert outside.named("/ok") == 0


async def test_an_execution_that_takes_too_long_is_ended(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str
) -> None:
    outside.slow = 2
    seen = await ran(
        client, person.headers, step("call", "http", url=f"{url}/slow"), timeout_seconds=1
    )
    assert (seen["status"], seen["error"]) == ("timed_out", "It took longer than 1 seconds")
    assert seen["steps"][0]["status"] == "failed"


async def test_a_running_execution_is_cancelled(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str
) -> None:
    outside.slow = 60
    call = step("call", "http", url=f"{url}/slow", timeout_seconds=60)
    workflow = await create(client, person.headers, call)
    path = await start(client, person.headers, workflow)

    async def calls() -> int:
        return outside.named("/slow")

    await until(calls, bool)
    began = time.monotonic()
    answer = await client.post(f"{path}/cancel", headers=person.headers)
    assert (answer.status_code, answer.json()["cancel_requested"]) == (202, True)
    seen = await ended(client, person.headers, path)
    assert (seen["status"], seen["steps"][0]["status"]) == ("cancelled", "failed")
    assert time.monotonic() - began < 30
    outside.slow = 0
    late = await client.post(f"{path}/cancel", headers=person.headers)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "execution_finished")


async def test_a_waiting_execution_is_cancelled_and_never_run(
    surroundings: Surroundings, person: Person, outside: Outside, url: str
) -> None:
    outside.slow = 0.5
    async with automation(surroundings, WORKER_CONCURRENCY="1") as client:
        slow = await create(client, person.headers, step("call", "http", url=f"{url}/slow"))
        quick = await create(client, person.headers, step("call", "http", url=f"{url}/ok"))
        first = await start(client, person.headers, slow)
        second = await start(client, person.headers, quick)
        answer = await client.post(f"{second}/cancel", headers=person.headers)
        assert answer.json()["status"] == "cancelled"
        assert (await ended(client, person.headers, first))["status"] == "succeeded"
        third = await start(client, person.headers, quick)
        await ended(client, person.headers, third)
    assert outside.named("/ok") == 1


async def test_airtable_and_the_assistant_are_asked_for_the_user(
    surroundings: Surroundings, person: Person
) -> None:
    asked: list[tuple[str, str, dict[str, str], bytes]] = []

    async def answer(request: Request) -> JSONResponse:
        body = await request.body()
        url = f"{request.url.path}?{request.url.query}".rstrip("?")
        asked.append((request.method, url, dict(request.headers), body))
        return JSONResponse({"records": [{"id": "rec1"}], "response": "fine"})

    app = Starlette(routes=[Route("/{p:path}", answer, methods=["GET", "POST", "PATCH"])])
    place = {"base": "app1", "table": "To do"}
    with served(app) as url:
        variables = {"AIRTABLE_GATEWAY_URL": url, "LLM_ORCHESTRATOR_URL": url}
        async with automation(surroundings, **variables) as client:
            seen = await ran(
                client,
                person.headers,
                step("list", "airtable", operation="list", view="All", page_size=5, **place),
                step(
                    "change",
                    "airtable",
                    operation="update",
                    records=[{"id": "{{ steps.list.output.records[0].id }}", "fields": {"a": 1}}],
                    **place,
                ),
                step("ask", "llm", message="Say {{ steps.list.output.records | length }}"),
            )
    assert (seen["status"], seen["error"]) == ("succeeded", None)
    assert [(method, path, body) for method, path, _, body in asked] == [
        ("GET", "/bases/app1/tables/To do/records?view=All&page_size=5", b""),
        (
            "PATCH",
            "/bases/app1/tables/To do/records",
            b'{"records":[{"id":"rec1","fields":{"a":1}}],"typecast":false}',
        ),
        ("POST", "/chat", b'{"message":"Say 1"}'),
    ]
    for _, _, headers, _ in asked:
        assert headers["x-api-key"] == surroundings.secret("api-key")
        assert headers["x-tenant-id"] == person.tenant_id
        assert headers["x-user-id"] == person.id


async def test_the_text_of_a_file_is_waited_for(client: httpx.AsyncClient, person: Person) -> None:
    file = await client.post("/files", files={"file": ("a.txt", b"hi")}, headers=person.headers)
    seen = await ran(
        client,
        person.headers,
        step("read", "file", file_id="{{ trigger.body.file }}"),
        given={"file": file.json()["id"]},
    )
    assert seen["steps"][0]["output"] == {"name": "a.txt", "text": "hi", "truncated": False}
