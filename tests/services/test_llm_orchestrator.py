"""llm-orchestrator: chats with the emulator of Gemini over real tools, all as processes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from airtable_emulator.samples import PROJECTS_BASE

from .llm_fixtures import Stack, another, assistant_of, client_of, events_of, somebody, stack_of
from .people import Person, new_email
from .running import Running, until_ready
from .surroundings import Surroundings

TASKS_QUESTION = "Show the records of Tasks"


@pytest.fixture(scope="module")
def stack(surroundings: Surroundings) -> Iterator[Stack]:
    """The tools and the model."""
    with stack_of(surroundings) as made:
        yield made


@pytest.fixture(scope="module")
def assistant(surroundings: Surroundings, stack: Stack) -> Iterator[Running]:
    """The service itself."""
    with assistant_of(surroundings, stack, stack.model) as started:
        until_ready(started)
        yield started


@pytest.fixture
def client(assistant: Running, surroundings: Surroundings) -> Iterator[httpx.Client]:
    """A user whom nobody knows yet."""
    with client_of(assistant.url, surroundings, somebody()) as made:
        yield made


def test_a_chat_calls_the_tools_that_it_needs(client: httpx.Client, assistant: Running) -> None:
    before = assistant.metric("llm_requests_total")
    body = {"message": TASKS_QUESTION, "base_id": PROJECTS_BASE, "thinking_budget": 10}
    answer = client.post("/chat", json=body)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["tools_used"] == ["list_tables", "get_records"]
    assert said["response"].startswith("The table Tasks has 7 records:")
    assert "- Fix the basket" in said["response"]
    usage = said["usage"]
    assert usage["thinking_tokens"] == 30  # three answers of the model
    assert usage["input_tokens"] > usage["output_tokens"] > 0
    paid = usage["input_tokens"] * 0.30 + (usage["output_tokens"] + 30) * 2.50
    assert usage["cost_usd"] == pytest.approx(paid / 1e6, abs=1e-6)
    assert assistant.metric("llm_requests_total") == before + 3
    assert assistant.metric("llm_tokens_used_total", kind="input") >= usage["input_tokens"]


def test_a_chat_can_be_streamed(client: httpx.Client) -> None:
    body = {"message": TASKS_QUESTION, "base_id": PROJECTS_BASE, "stream": True}
    answer = client.post("/chat", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer)
    steps = [(data["name"], data["status"]) for name, data in events if name == "tool"]
    assert steps == [
        ("list_tables", "running"),
        ("list_tables", "done"),
        ("get_records", "running"),
        ("get_records", "done"),
    ]
    words = "".join(data["text"] for name, data in events if name == "token")
    name, done = events[-1]
    assert (name, done["response"]) == ("done", words)
    assert done["tools_used"] == ["list_tables", "get_records"]
    assert len([name for name, _ in events if name == "token"]) > 1
    kept = client.get(f"/sessions/{done['session_id']}").json()
    assert kept["messages"][1]["text"] == words


def test_a_session_remembers_what_was_said_and_its_base(client: httpx.Client) -> None:
    first = client.post("/chat", json={"message": "Hello there", "base_id": PROJECTS_BASE}).json()
    session = first["session_id"]
    body = {"message": "List tables", "session_id": session}
    second = client.post("/chat", json=body).json()
    assert second["session_id"] == session
    assert second["response"] == "There are 2 tables: Projects, Tasks."
    assert second["tools_used"] == ["list_tables"]
    kept = client.get(f"/sessions/{session}").json()
    assert (kept["title"], kept["base_id"]) == ("Hello there", PROJECTS_BASE)
    assert [message["role"] for message in kept["messages"]] == ["user", "assistant"] * 2
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"]


def test_sessions_are_listed_latest_first_and_deleted(client: httpx.Client) -> None:
    ids = [client.post("/chat", json={"message": f"n{n}"}).json()["session_id"] for n in range(3)]
    listed = client.get("/sessions", params={"page_size": 2}).json()
    assert ([each["id"] for each in listed["sessions"]], listed["total"]) == (ids[:0:-1], 3)
    rest = client.get("/sessions", params={"page_size": 2, "page": 2}).json()
    assert [each["title"] for each in rest["sessions"]] == ["n0"]
    assert client.delete(f"/sessions/{ids[0]}").status_code == 204
    for gone in (client.delete, client.get):
        answer = gone(f"/sessions/{ids[0]}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "session_not_found")
    assert client.get("/sessions").json()["total"] == 2


def test_the_history_of_a_session_is_bounded(
    client: httpx.Client, surroundings: Surroundings
) -> None:
    session = client.post("/chat", json={"message": "first"}).json()["session_id"]
    for number in range(22):
        client.post("/chat", json={"message": f"again {number}", "session_id": session})
    messages = client.get(f"/sessions/{session}").json()["messages"]
    assert len(messages) == 40
    assert (messages[0]["text"], messages[-2]["text"]) == ("again 2", "again 21")
    with surroundings.redis_admin() as redis:
        keys = list(redis.scan_iter(f"*{session}*"))
        assert all(key.startswith("llm-orchestrator:") for key in keys)
        assert all(0 < int(redis.ttl(key)) <= 7 * 24 * 3600 for key in keys)


def test_nobody_reaches_anothers_session(client: httpx.Client, assistant: Running) -> None:
    session = client.post("/chat", json={"message": "secret"}).json()["session_id"]
    owner = dict(client.headers)
    strangers = [
        {**owner, "x-tenant-id": str(uuid.uuid4())},
        {**owner, "x-user-id": str(uuid.uuid4())},
    ]
    for headers in strangers:
        with httpx.Client(base_url=assistant.url, headers=headers, timeout=60) as stranger:
            assert stranger.get("/sessions").json()["total"] == 0
            assert stranger.get(f"/sessions/{session}").status_code == 404
            assert stranger.delete(f"/sessions/{session}").status_code == 404
            body = {"message": "what did I say?", "session_id": session}
            assert stranger.post("/chat", json=body).status_code == 404
    assert len(client.get(f"/sessions/{session}").json()["messages"]) == 2


def test_tools_are_listed(client: httpx.Client) -> None:
    found = {tool["name"]: tool for tool in client.get("/tools").json()["tools"]}
    assert len(found) == 14
    assert "base_id" in found["get_records"]["parameters"]["properties"]


def test_only_services_with_a_user_may_call(assistant: Running, client: httpx.Client) -> None:
    paths = (("POST", "/chat"), ("GET", "/tools"), ("GET", "/sessions"))
    for method, path in paths:
        answer = httpx.request(method, assistant.url + path, json={"message": "x"}, timeout=60)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        headers = {"X-API-Key": client.headers["x-api-key"]}
        nobody = httpx.request(
            method, assistant.url + path, json={"message": "x"}, headers=headers, timeout=60
        )
        assert nobody.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": "  "},
        {"message": "x" * 16_001},
        {"message": "x", "session_id": "not-an-id"},
        {"message": "x", "base_id": "tbl1"},
        {"message": "x", "thinking_budget": -1},
        {"message": "x", "model": "other"},
    ],
)
def test_wrong_bodies_are_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    answer = client.post("/chat", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")


async def test_thinking_keeps_to_the_upper_bound(surroundings: Surroundings, stack: Stack) -> None:
    async with another(surroundings, stack, THINKING_BUDGET="7") as client:
        for asked in ({"thinking_budget": 40_000}, {}):
            body = {"message": "think hard", **asked}
            answer = await client.post("/chat", json=body, headers=somebody().headers)
            assert answer.json()["usage"]["thinking_tokens"] == 7
    async with another(surroundings, stack, MODEL_THINKING="9") as client:
        body = {"message": "think hard", "thinking_budget": 40_000}
        answer = await client.post("/chat", json=body, headers=somebody().headers)
        assert answer.json()["usage"]["thinking_tokens"] == 9


async def test_a_tenant_keeps_to_its_tokens_of_the_day(
    surroundings: Surroundings, stack: Stack
) -> None:
    person, other = somebody(), somebody()
    colleague = Person(id=str(uuid.uuid4()), email=new_email(), tenant_id=person.tenant_id)
    async with another(surroundings, stack, LLM_DAILY_TOKENS="50") as client:
        body = {"message": "hello"}
        assert (await client.post("/chat", json=body, headers=person.headers)).status_code == 200
        for refused in (body, {**body, "stream": True}):
            answer = await client.post("/chat", json=refused, headers=colleague.headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (429, "budget_exceeded")
            assert 1 <= int(answer.headers["Retry-After"]) <= 24 * 3600
        assert (await client.post("/chat", json=body, headers=other.headers)).status_code == 200
