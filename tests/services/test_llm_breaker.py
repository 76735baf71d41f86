"""The breaker of the assistant's model opens for a model that is away, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.genai import types
from llm_orchestrator.domain.usage import Usage
from llm_orchestrator.model import Model
from llm_orchestrator.settings import Settings
from pyairtable_shared.errors import ApiError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .running import served

FAILURES = 3


class Host:
    """What stands for the model's host: answers with one status. asked: how often it was."""

    status = 200
    asked = 0

    async def answer(self, _: Request) -> JSONResponse:
        """Refuse, in Google's shape."""
        self.asked += 1
        error = {"code": self.status, "message": "No", "status": "SOME_STATUS"}
        return JSONResponse({"error": error}, self.status)


@pytest.fixture
def host() -> Host:
    """The model's host."""
    return Host()


@pytest.fixture
def settings(host: Host, tmp_path: Path) -> Iterator[Settings]:
    """A breaker that opens after three failures, without attempts of the client's own."""
    for name in ("api-key", "gemini-api-key", "redis-password"):
        (tmp_path / name).write_text("secret")
    app = Starlette(routes=[Route("/{path:path}", host.answer, methods=["POST"])])
    with served(app) as url:
        yield Settings.from_environment(
            {
                "PORT": "8003",
                "API_KEY_FILE": str(tmp_path / "api-key"),
                "GEMINI_API_KEY_FILE": str(tmp_path / "gemini-api-key"),
                "REDIS_PASSWORD_FILE": str(tmp_path / "redis-password"),
                "REDIS_HOST": "127.0.0.1",
                "REDIS_USER": "llm-orchestrator",
                "MCP_SERVER_URL": "http://127.0.0.1:9",
                "GEMINI_API_URL": url,
                "LLM_RETRIES": "0",
                "BREAKER_FAILURES": str(FAILURES),
                "BREAKER_PAUSE": "3600",
            }
        )


async def refusal(model: Model) -> ApiError:
    """Ask once; return how that was refused."""
    contents = [types.Content(role="user", parts=[types.Part.from_text(text="Hello")])]
    with pytest.raises(ApiError) as refused:
        async for _ in model.stream(contents, types.GenerateContentConfig(), Usage()):
            pass
    return refused.value


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "llm_request_refused"),
        (403, "llm_key_rejected"),
        (404, "llm_request_refused"),
        (408, "llm_busy"),
        (429, "llm_busy"),
    ],
)
async def test_a_host_that_answers_the_caller_is_not_away(
    host: Host, settings: Settings, status: int, code: str
) -> None:
    host.status = status
    async with Model(settings) as model:
        codes = [(await refusal(model)).code for _ in range(FAILURES + 2)]
        await model.check()
    assert codes == [code] * (FAILURES + 2)
    assert host.asked == FAILURES + 2


@pytest.mark.parametrize("status", [500, 503])
async def test_a_host_that_fails_is_left_alone_with_a_clear_error(
    host: Host, settings: Settings, status: int
) -> None:
    host.status = status
    async with Model(settings) as model:
        for _ in range(FAILURES):
            assert (await refusal(model)).code == "llm_unavailable"
        left_alone = await refusal(model)
    assert host.asked == FAILURES
    assert (left_alone.status, left_alone.code) == (503, "llm_unavailable")
    assert int(left_alone.headers["Retry-After"]) > 3000
