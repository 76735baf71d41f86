"""llm-orchestrator: chats with the emulator of Gemini over real tools, all as processes."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from airtable_emulator.samples import PROJECTS_BASE
from llm_orchestrator.application import application
from llm_orchestrator.settings import Settings
from pyairtable_shared.usage import FIELD, STREAM
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .mcp_server_fixtures import Tools, tools
from .people import Person, new_email
from .running import Running, running, served, until_ready
from .surroundings import ROOT, Surroundings, serving

AWAY = "http://127.0.0.1:9"
TASKS_QUESTION = "Show the records of Tasks"


@dataclass
class Stack:
    """The tools, the model and the assistant."""

    tools: Tools
    model: Running
    assistant: Running
    key_file: str


@pytest.fixture(scope="module")
def stack(surroundings: Surroundings) -> Iterator[Stack]:
    """All processes."""
    key = surroundings.secrets / "gemini-api-key"
    key.write_text("key-of-the-stack")
    variables = {"GEMINI_API_KEY_FILE": str(key)}
    with (
        tools(surroundings) as behind,
        running(surroundings, "gemini-emulator", **variables) as model,
        running(
            surroundings,
            "llm-orchestrator",
            GEMINI_API_URL=model.url,
            MCP_SERVER_URL=behind.server.url,
            **variables,
        ) as assistant,
    ):
        until_ready(assistant)
        yield Stack(behind, model, assistant, str(key))


def somebody() -> Person:
    return Person(id=str(uuid.uuid4()), email=new_email(), tenant_id=str(uuid.uuid4()))


def client_of(url: str, surroundings: Surroundings, person: Person) -> httpx.Client:
    headers = {"X-API-Key": surroundings.secret("api-key"), **person.headers}
    return httpx.Client(base_url=url, headers=headers, timeout=60)


@pytest.fixture
def client(stack: Stack, surroundings: Surroundings) -> Iterator[httpx.Client]:
    """A user whom nobody knows yet."""
    with client_of(stack.assistant.url, surroundings, somebody()) as made:
        yield made


@contextlib.asynccontextmanager
async def another(
    surroundings: Surroundings, stack: Stack, **variables: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an assistant with other settings, in this process."""
    given = {
        **surroundings.environment("llm-orchestrator"),
        "GEMINI_API_URL": stack.model.url,
        "GEMINI_API_KEY_FILE": stack.key_file,
        "MCP_SERVER_URL": stack.tools.server.url,
        **variables,
    }
    settings = Settings.from_environment(given)
    async with serving(application(settings), surroundings.secret("api-key")) as made:
        made.timeout = httpx.Timeout(60)
        yield made


def events_of(answer: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream that has ended."""
    found = []
    for block in answer.text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_a_chat_calls_the_tools_that_it_needs(client: httpx.Client, stack: Stack) -> None:
    before = stack.assistant.metric("llm_requests_total")
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
    assert stack.assistant.metric("llm_requests_total") == before + 3
    assert stack.assistant.metric("llm_tokens_used_total", kind="input") >= usage["input_tokens"]


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


def test_nobody_reaches_anothers_session(
    client: httpx.Client, stack: Stack, surroundings: Surroundings
) -> None:
    session = client.post("/chat", json={"message": "secret"}).json()["session_id"]
    owner = dict(client.headers)
    strangers = [
        {**owner, "x-tenant-id": str(uuid.uuid4())},
        {**owner, "x-user-id": str(uuid.uuid4())},
    ]
    for headers in strangers:
        with httpx.Client(base_url=stack.assistant.url, headers=headers, timeout=30) as stranger:
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


def test_only_services_with_a_user_may_call(stack: Stack, client: httpx.Client) -> None:
    paths = (("POST", "/chat"), ("GET", "/tools"), ("GET", "/sessions"))
    for method, path in paths:
        answer = httpx.request(method, stack.assistant.url + path, json={"message": "x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        headers = {"X-API-Key": client.headers["x-api-key"]}
        nobody = httpx.request(
            method, stack.assistant.url + path, json={"message": "x"}, headers=headers
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


async def test_without_a_key_it_lives_and_says_so(surroundings: Surroundings, stack: Stack) -> None:
    async with another(surroundings, stack, GEMINI_API_KEY_FILE="") as client:
        assert (await client.get("/health")).json()["status"] == "healthy"
        ready = (await client.get("/ready")).json()
        assert (ready["status"], ready["checks"]["gemini"]["status"]) == ("degraded", "unhealthy")
        answer = await client.post("/chat", json={"message": "x"}, headers=somebody().headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "llm_not_configured")


async def test_a_wrong_key_is_told(surroundings: Surroundings, stack: Stack) -> None:
    file = surroundings.secrets / "wrong-gemini-key"
    file.write_text("another-key")
    async with another(surroundings, stack, GEMINI_API_KEY_FILE=str(file)) as client:
        answer = await client.post("/chat", json={"message": "x"}, headers=somebody().headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "llm_key_rejected")
        assert "another-key" not in answer.text
        file.write_text("key-of-the-stack")
        answer = await client.post("/chat", json={"message": "x"}, headers=somebody().headers)
        assert answer.status_code == 200


async def unavailable(client: httpx.AsyncClient) -> float:
    """How often this process has counted that the model was away; other tests count here too."""
    lines = (await client.get("/metrics")).text.splitlines()
    failed = [line for line in lines if "failed_total{" in line and 'code="llm_unavail' in line]
    return sum(float(line.split()[-1]) for line in failed)


async def test_a_model_that_is_away_is_left_alone_after_a_while(
    surroundings: Surroundings, stack: Stack
) -> None:
    variables = {
        "GEMINI_API_URL": AWAY,
        "LLM_RETRIES": "1",
        "LLM_RETRY_SECONDS": "0.05",
        "BREAKER_FAILURES": "2",
        "BREAKER_PAUSE": "30",
    }
    async with another(surroundings, stack, **variables) as client:
        headers = somebody().headers
        before = await unavailable(client)
        waits = []
        for _ in range(3):
            answer = await client.post("/chat", json={"message": "x"}, headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "llm_unavailable")
            waits.append(int(answer.headers["Retry-After"]))
        assert waits == [1, 30, 30]
        body = {"message": "x", "stream": True}
        assert (await client.post("/chat", json=body, headers=headers)).status_code == 503
        ready = (await client.get("/ready")).json()
        assert (ready["status"], ready["checks"]["gemini"]["status"]) == ("degraded", "unhealthy")
        assert await unavailable(client) == before + 2
        assert (await client.get("/sessions", headers=headers)).json()["total"] == 0


async def test_a_stream_that_fails_ends_with_an_error(
    surroundings: Surroundings, stack: Stack
) -> None:
    async with another(surroundings, stack, MCP_SERVER_URL=AWAY) as client:
        headers = somebody().headers
        answer = await client.post("/chat", json={"message": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "tools_unavailable")
        body = {"message": "x", "stream": True}
        answer = await client.post("/chat", json=body, headers=headers)
        ((name, data),) = events_of(answer)
        assert (name, data["error"]["code"]) == ("error", "tools_unavailable")
        assert data["error"]["request_id"] == answer.headers["X-Request-ID"]


async def test_tools_can_be_reached_over_stdio(surroundings: Surroundings, stack: Stack) -> None:
    variables = {
        "USE_HTTP_MCP": "false",
        "MCP_SERVER_URL": "",
        "MCP_SERVER_COMMAND": f"{sys.executable} -m mcp_server",
        "AIRTABLE_GATEWAY_URL": stack.tools.gateway.url,
    }
    packages = f"{ROOT / 'services'}:{ROOT / 'services' / 'shared'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", packages)
        async with another(surroundings, stack, **variables) as client:
            body = {"message": "List tables", "base_id": PROJECTS_BASE}
            answer = await client.post("/chat", json=body, headers=somebody().headers)
            assert answer.json()["response"] == "There are 2 tables: Projects, Tasks."


async def test_without_redis_nothing_is_answered(surroundings: Surroundings, stack: Stack) -> None:
    async with another(surroundings, stack) as client:
        surroundings.redis.stop()
        try:
            for method, path in (("POST", "/chat"), ("GET", "/sessions")):
                answer = await client.request(
                    method, path, json={"message": "x"}, headers=somebody().headers
                )
                assert (answer.status_code, answer.json()["error"]["code"]) == (
                    503,
                    "store_unavailable",
                )
            assert (await client.get("/ready")).status_code == 503
        finally:
            surroundings.redis.start()
        answer = await client.post("/chat", json={"message": "x"}, headers=somebody().headers)
        assert answer.status_code == 200


class Script:
    """A model that answers as it is told, and keeps what it was asked."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = answers
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the last answer is given again and again."""
        self.asked.append(json.loads(await Request(scope, receive).body()))
        answer = self._answers[min(len(self.asked), len(self._answers)) - 1]
        usage = {"promptTokenCount": 5, "candidatesTokenCount": 1, "totalTokenCount": 6}
        body = f"data: {json.dumps({**answer, 'usageMetadata': usage})}\n\n"
        await Response(body, media_type="text/event-stream")(scope, receive, send)


def saying(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}}]}


def calling(name: str, **arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


async def test_after_eight_rounds_the_model_has_to_answer(
    surroundings: Surroundings, stack: Stack
) -> None:
    script = Script(*[saying(calling("list_bases"))] * 8, saying({"text": "enough"}))
    with served(script) as url:
        async with another(surroundings, stack, GEMINI_API_URL=url) as client:
            answer = await client.post("/chat", json={"message": "x"}, headers=somebody().headers)
    said = answer.json()
    assert (said["response"], said["tools_used"]) == ("enough", ["list_bases"] * 8)
    modes = [each["toolConfig"]["functionCallingConfig"]["mode"] for each in script.asked]
    assert modes == ["AUTO"] * 8 + ["NONE"]
    assert said["usage"]["input_tokens"] == 9 * 5


async def test_the_model_reads_what_tools_gave_and_why_they_failed(
    surroundings: Surroundings, stack: Stack
) -> None:
    wrong = calling("get_record", base_id=PROJECTS_BASE, table="Tasks", record_id="recNone")
    first = saying(
        {"text": "let me see", "thought": True},
        {**calling("list_bases"), "thoughtSignature": "c2lnbmVk"},
        wrong,
        calling("drop_everything"),
    )
    script = Script(first, saying({"text": "ignore nothing"}))
    with served(script) as url:
        async with another(surroundings, stack, GEMINI_API_URL=url) as client:
            body = {"message": "x", "base_id": PROJECTS_BASE}
            answer = await client.post("/chat", json=body, headers=somebody().headers)
    assert answer.json()["response"] == "ignore nothing"
    assert PROJECTS_BASE in script.asked[0]["systemInstruction"]["parts"][0]["text"]
    model, given = script.asked[1]["contents"][1:]
    assert model["parts"][1]["thoughtSignature"] == "c2lnbmVk"
    bases, record, unknown = (part["functionResponse"]["response"] for part in given["parts"])
    assert bases["result"]["bases"][0]["id"] == PROJECTS_BASE
    assert "airtable_not_found" in record["error"]
    assert "drop_everything" in unknown["error"]


@pytest.mark.parametrize(
    "answer",
    [
        {"promptFeedback": {"blockReason": "SAFETY"}},
        {"candidates": [{"finishReason": "SAFETY"}]},
    ],
)
async def test_an_answer_that_is_withheld_is_told(
    surroundings: Surroundings, stack: Stack, answer: dict[str, Any]
) -> None:
    with served(Script(answer)) as url:
        async with another(surroundings, stack, GEMINI_API_URL=url) as client:
            said = await client.post("/chat", json={"message": "x"}, headers=somebody().headers)
    assert (said.status_code, said.json()["error"]["code"]) == (422, "llm_blocked")
    assert "SAFETY" in said.json()["error"]["message"]


LONG = {"message": "one two three four five six seven eight nine ten", "stream": True}


@pytest.fixture(scope="module")
def slow_model(surroundings: Surroundings, stack: Stack) -> Iterator[Running]:
    """A model that takes its time."""
    variables = {"GEMINI_API_KEY_FILE": stack.key_file, "TOKEN_DELAY": "0.3"}
    with running(surroundings, "gemini-emulator", **variables) as started:
        yield started


def test_a_chat_ends_with_its_reader_and_is_paid_for(
    surroundings: Surroundings, stack: Stack, slow_model: Running
) -> None:
    person = somebody()
    with slow_assistant(surroundings, stack, slow_model) as started:
        with (
            client_of(started.url, surroundings, person) as client,
            client.stream("POST", "/chat", json=LONG) as answer,
        ):
            assert next(answer.iter_lines()) == "event: token"
        time.sleep(1.5)
        with client_of(started.url, surroundings, person) as client:
            assert client.get("/sessions").json()["total"] == 0
        assert started.metric("http_requests_in_flight") == 1  # the one that asks
        assert not any('"error"' in line for line in started.output)
    with surroundings.redis_admin() as redis:
        (key,) = redis.scan_iter(f"llm-orchestrator:tokens:{person.tenant_id}:*")
        assert int(str(redis.get(key))) > 0
        noted = [json.loads(fields[FIELD]) for _, fields in redis.xrange(STREAM)]
    (mine,) = [each for each in noted if each["tenant_id"] == person.tenant_id]
    assert (mine["name"], mine["user_id"]) == ("llm.chat", person.id)
    assert mine["value"] > 0 and float(mine["cost_usd"]) >= 0


@contextlib.contextmanager
def slow_assistant(surroundings: Surroundings, stack: Stack, model: Running) -> Iterator[Running]:
    variables = {
        "GEMINI_API_KEY_FILE": stack.key_file,
        "GEMINI_API_URL": model.url,
        "MCP_SERVER_URL": stack.tools.server.url,
    }
    with running(surroundings, "llm-orchestrator", **variables) as started:
        yield started


def test_a_running_chat_may_end_when_the_service_stops(
    surroundings: Surroundings, stack: Stack, slow_model: Running
) -> None:
    with (
        slow_assistant(surroundings, stack, slow_model) as started,
        client_of(started.url, surroundings, somebody()) as client,
    ):
        with client.stream("POST", "/chat", json=LONG) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: token"
            codes: list[int] = []
            stopping = threading.Thread(target=lambda: codes.append(started.stop()))
            stopping.start()
            rest = list(lines)
            assert "event: done" in rest
        stopping.join(30)
        assert codes == [0]
