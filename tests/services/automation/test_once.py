"""What a workflow's step writes is written once, and only for who is still in the tenant."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..automation_fixtures import (
    Outside,
    automation,
    create,
    ended,
    newcomer,
    ran,
    start,
    step,
    until,
)
from ..people import Person, join
from ..running import served
from ..stores import free_port
from ..surroundings import Surroundings

ONCE = "It is not sent again, as it may have been carried out"
PLACE = {"base": "app1", "table": "Tasks"}
RECORDS = [{"fields": {"Title": "one"}}]
NOTE = step("note", "transform", values={"a": 1})
EVERY_SECOND = {"type": "cron", "cron": "* * * * * */1"}


@pytest.fixture
def colleague(surroundings: Surroundings, person: Person) -> Person:
    """Somebody else in the same tenant."""
    return join(surroundings, newcomer(surroundings), person.tenant_id, "member")


@pytest.fixture
def variables() -> dict[str, str]:
    """Ticks as short as a second."""
    return {"SHORTEST_CRON": "1"}


@pytest.mark.parametrize(("method", "path"), [("POST", "/flaky"), ("POST", "/slow")])
async def test_a_write_whose_fate_is_unknown_is_not_sent_again(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str, method: str, path: str
) -> None:
    outside.failures, outside.slow = 1, 3
    call = step("call", "http", method=method, url=url + path, timeout_seconds=0.5)
    seen = await ran(client, person.headers, call)
    assert (seen["status"], outside.named(path)) == ("failed", 1)
    assert ONCE in seen["error"]


@pytest.mark.parametrize(("method", "path"), [("PUT", "/flaky"), ("POST", "/busy")])
async def test_what_does_no_harm_twice_or_was_refused_is_sent_again(
    client: httpx.AsyncClient, person: Person, outside: Outside, url: str, method: str, path: str
) -> None:
    outside.failures = 1
    seen = await ran(client, person.headers, step("call", "http", method=method, url=url + path))
    assert (seen["status"], outside.named(path)) == ("succeeded", 2)


async def test_a_write_that_nobody_received_is_sent_again(
    client: httpx.AsyncClient, person: Person
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/"
    seen = await ran(client, person.headers, step("call", "http", method="POST", url=nowhere))
    assert (seen["status"], seen["steps"][0]["attempts"]) == ("failed", 4)
    assert ONCE not in seen["error"]


def unrouted() -> Response:
    """What the router answers while no server is there."""
    return Response("<html>no server</html>", 503)


def failing(status: int) -> JSONResponse:
    """What a service answers."""
    error = {"code": "some_code", "message": "Not now", "request_id": "r"}
    return JSONResponse({"error": error}, status, {"X-Request-ID": "r"})


@pytest.mark.parametrize(
    ("made", "first", "times"),
    [
        (step("s", "airtable", operation="create", records=RECORDS, **PLACE), unrouted(), 2),
        (step("s", "airtable", operation="create", records=RECORDS, **PLACE), failing(429), 2),
        (step("s", "airtable", operation="create", records=RECORDS, **PLACE), failing(502), 1),
        (step("s", "airtable", operation="create", records=RECORDS * 11, **PLACE), failing(429), 1),
        (step("s", "airtable", operation="update", records=RECORDS, **PLACE), failing(502), 2),
        (step("s", "airtable", operation="list", **PLACE), failing(504), 2),
        (step("s", "llm", message="Do it"), unrouted(), 2),
        (step("s", "llm", message="Do it"), failing(503), 1),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else None,
)
async def test_a_service_of_the_platform_is_asked_again_only_where_that_does_no_harm(
    surroundings: Surroundings, person: Person, made: dict[str, Any], first: Response, times: int
) -> None:
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return first if len(asked) == 1 else JSONResponse({"records": []})

    app = Starlette(routes=[Route("/{p:path}", answer, methods=["GET", "POST", "PATCH"])])
    with served(app) as url:
        variables = {"AIRTABLE_GATEWAY_URL": url, "LLM_ORCHESTRATOR_URL": url}
        async with automation(surroundings, **variables) as client:
            seen = await ran(client, person.headers, made)
    assert (seen["status"], len(asked)) == ("succeeded" if times == 2 else "failed", times)
    assert (ONCE in (seen["error"] or "")) == (times == 1)


async def test_an_execution_stops_when_its_user_leaves_the_tenant(
    surroundings: Surroundings,
    client: httpx.AsyncClient,
    person: Person,
    colleague: Person,
    outside: Outside,
    url: str,
) -> None:
    outside.slow = 1
    workflow = await create(
        client, colleague.headers, step("slow", "http", url=f"{url}/slow"), NOTE
    )
    path = await start(client, colleague.headers, workflow)

    async def called() -> int:
        return outside.named("/slow")

    await until(called, bool)
    _leaves(surroundings, colleague)
    seen = await ended(client, person.headers, path)
    assert (seen["status"], seen["error"]) == (
        "failed",
        "The user for whom it runs has left the tenant",
    )
    assert [each["name"] for each in seen["steps"]] == ["slow"]


async def test_a_webhook_of_somebody_who_has_left_starts_nothing_until_it_is_taken_over(
    surroundings: Surroundings, client: httpx.AsyncClient, person: Person, colleague: Person
) -> None:
    hooked = await create(client, colleague.headers, NOTE, trigger={"type": "webhook"})
    _leaves(surroundings, colleague)
    refused = await client.post(f"/workflows/hooks/{hooked['hook_token']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "author_left")
    body = {"name": "Mine now", "steps": hooked["steps"], "trigger": hooked["trigger"]}
    path = f"/workflows/{hooked['id']}"
    taken = await client.put(path, json=body, headers=person.headers)
    assert taken.json()["user_id"] == person.id
    answer = await client.post(f"/workflows/hooks/{hooked['hook_token']}")
    assert answer.status_code == 202, answer.text


async def test_the_schedule_of_somebody_who_has_left_is_turned_off_and_says_why(
    surroundings: Surroundings, client: httpx.AsyncClient, person: Person, colleague: Person
) -> None:
    ticking = await create(client, colleague.headers, NOTE, trigger=EVERY_SECOND)
    _leaves(surroundings, colleague)
    path = f"/workflows/{ticking['id']}"

    async def look() -> bool:
        return bool((await client.get(path, headers=person.headers)).json()["enabled"])

    await until(look, lambda enabled: not enabled)

    async def last() -> dict[str, Any]:
        found = await client.get(f"{path}/executions", headers=person.headers)
        newest: dict[str, Any] = found.json()["executions"][0]
        return newest

    seen = await until(last, lambda newest: newest["status"] not in ("queued", "running"))
    assert (seen["status"], seen["error"]) == (
        "failed",
        "The user for whom it runs has left the tenant",
    )


def _leaves(surroundings: Surroundings, person: Person) -> None:
    with surroundings.superuser() as connection:
        connection.execute("DELETE FROM auth.users WHERE id = %s", (person.id,))
