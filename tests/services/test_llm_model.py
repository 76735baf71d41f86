"""llm-orchestrator: a model or tools that are away, refuse, withhold, fail or take their time."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from airtable_emulator.samples import PROJECTS_BASE
from pyairtable_shared.usage import FIELD, STREAM

from .llm_fixtures import (
    AWAY,
    Script,
    Stack,
    another,
    assistant_of,
    calling,
    client_of,
    events_of,
    saying,
    somebody,
    stack_of,
)
from .running import PATIENCE, Running, running, served
from .surroundings import ROOT, Surroundings

LONG = {"message": "one two three four five six seven eight nine ten", "stream": True}


@pytest.fixture(scope="module")
def stack(surroundings: Surroundings) -> Iterator[Stack]:
    """The tools and the model."""
    with stack_of(surroundings) as made:
        yield made


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
    with assistant_of(surroundings, stack, slow_model) as started:
        with (
            client_of(started.url, surroundings, person) as client,
            client.stream("POST", "/chat", json=LONG) as answer,
        ):
            assert next(answer.iter_lines()) == "event: token"
        deadline = time.monotonic() + PATIENCE
        while started.metric("http_requests_in_flight") > 1:  # the one that asks
            assert time.monotonic() < deadline, started.output[-5:]
            time.sleep(0.1)
        with client_of(started.url, surroundings, person) as client:
            assert client.get("/sessions").json()["total"] == 0
        assert not any('"error"' in line for line in started.output)
    with surroundings.redis_admin() as redis:
        (key,) = redis.scan_iter(f"llm-orchestrator:tokens:{person.tenant_id}:*")
        assert int(str(redis.get(key))) > 0
        noted = [json.loads(fields[FIELD]) for _, fields in redis.xrange(STREAM)]
    (mine,) = [each for each in noted if each["tenant_id"] == person.tenant_id]
    assert (mine["name"], mine["user_id"]) == ("llm.chat", person.id)
    assert mine["value"] > 0 and float(mine["cost_usd"]) >= 0


def test_a_running_chat_may_end_when_the_service_stops(
    surroundings: Surroundings, stack: Stack, slow_model: Running
) -> None:
    with (
        assistant_of(surroundings, stack, slow_model) as started,
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
