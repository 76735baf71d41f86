"""llm-orchestrator in tests: the tools and the model as processes, and callers of the assistant."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from llm_orchestrator.application import application
from llm_orchestrator.settings import Settings
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .mcp_server_fixtures import Tools, tools
from .people import Person, new_email
from .running import Running, begun, running, until_healthy
from .surroundings import Surroundings, serving

AWAY = "http://127.0.0.1:9"


@dataclass
class Stack:
    """The tools and the model. key_file: what the model is asked with."""

    tools: Tools
    model: Running
    key_file: str


@contextlib.contextmanager
def stack_of(surroundings: Surroundings) -> Iterator[Stack]:
    """Run the tools and the model until the end of the block."""
    key = surroundings.secrets / "gemini-api-key"
    key.write_text("key-of-the-stack")
    with (
        begun(surroundings, "gemini-emulator", GEMINI_API_KEY_FILE=str(key)) as model,
        tools(surroundings) as behind,
    ):
        until_healthy(model)
        yield Stack(behind, model, str(key))


@contextlib.contextmanager
def assistant_of(surroundings: Surroundings, stack: Stack, model: Running) -> Iterator[Running]:
    """Run an assistant until the end of the block. model: which it asks."""
    variables = {
        "GEMINI_API_KEY_FILE": stack.key_file,
        "GEMINI_API_URL": model.url,
        "MCP_SERVER_URL": stack.tools.server.url,
    }
    with running(surroundings, "llm-orchestrator", **variables) as started:
        yield started


def somebody() -> Person:
    """Return a user whom nobody knows."""
    return Person(id=str(uuid.uuid4()), email=new_email(), tenant_id=str(uuid.uuid4()))


def client_of(url: str, surroundings: Surroundings, person: Person) -> httpx.Client:
    """Return a client that asks for somebody."""
    headers = {"X-API-Key": surroundings.secret("api-key"), **person.headers}
    return httpx.Client(base_url=url, headers=headers, timeout=60)


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
    """Return an answer of the model."""
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}}]}


def calling(name: str, **arguments: Any) -> dict[str, Any]:
    """Return the part of an answer that calls a tool."""
    return {"functionCall": {"name": name, "args": arguments}}
