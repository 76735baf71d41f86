"""What is open through the gateway ends with the token that opened it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import jwt
import pytest
from pyairtable_shared.tokens import ALGORITHM, LEEWAY_SECONDS
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from .running import Running, running, served
from .surroundings import Surroundings

PATIENCE = 60
HOUR = 3600


async def endless(_: Request) -> Response:
    """Send events without end."""

    async def events() -> AsyncIterator[bytes]:
        while True:
            yield b"event: tick\ndata: {}\n\n"
            await asyncio.sleep(0.1)

    answer = StreamingResponse(events(), media_type="text/event-stream")
    answer.headers["X-Request-ID"] = "of-the-service"
    return answer


async def quiet(socket: WebSocket) -> None:
    """Accept, and wait for the other side to go."""
    await socket.accept()
    while (await socket.receive())["type"] != "websocket.disconnect":
        continue


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings) -> Iterator[Running]:
    """A gateway before services whose streams have no end."""
    app = Starlette(
        routes=[
            Route("/chat", endless, methods=["POST"]),
            WebSocketRoute("/mcp/socket", quiet),
        ]
    )
    with (
        served(app) as url,
        running(
            surroundings, "api-gateway", LLM_ORCHESTRATOR_URL=url, MCP_SERVER_URL=url
        ) as started,
    ):
        yield started


def token(surroundings: Surroundings, seconds: float) -> tuple[dict[str, Any], dict[str, str]]:
    """A token that counts for so many seconds more; what it says, and its header."""
    now = int(time.time())
    ids = {name: secrets.token_hex(16) for name in ("sub", "tenant_id", "jti")}
    claims = {"email": "a@example.com", "role": "user", "iat": now, **ids}
    claims["exp"] = int(now + seconds - LEEWAY_SECONDS)
    signed = jwt.encode(claims, surroundings.secret("jwt-secret"), ALGORITHM)
    return claims, {"Authorization": f"Bearer {signed}"}


def end(surroundings: Surroundings, how: str, claims: dict[str, Any]) -> None:
    """End a token before its time."""
    with surroundings.redis_admin() as redis:
        if how == "revoked":
            redis.set(f"shared:revoked:{claims['jti']}", "1", ex=60)
        elif how == "removed":
            redis.set(f"shared:gone:{claims['sub']}", "1", ex=60)
        else:
            redis.sadd("shared:suspended", claims["tenant_id"])


@pytest.mark.parametrize("how", ["over", "revoked"])
def test_an_event_stream_ends_with_its_token(
    surroundings: Surroundings, gateway: Running, how: str
) -> None:
    claims, headers = token(surroundings, 4 if how == "over" else HOUR)
    url = f"{gateway.url}/api/v1/llm/chat"
    with httpx.stream("POST", url, headers=headers, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(lines) == "event: tick"
        if how == "revoked":
            end(surroundings, how, claims)
        left = [line for line in lines if line]
    assert left[-2] == "event: error"
    assert '"token_invalid"' in left[-1]


@pytest.mark.parametrize("how", ["over", "revoked", "removed", "suspended"])
def test_a_websocket_is_closed_with_its_token(
    surroundings: Surroundings, gateway: Running, how: str
) -> None:
    claims, headers = token(surroundings, 4 if how == "over" else HOUR)
    url = gateway.url.replace("http", "ws") + "/api/v1/mcp/socket"
    with connect(url, additional_headers=headers, open_timeout=PATIENCE) as socket:
        if how != "over":
            end(surroundings, how, claims)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=PATIENCE)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "token_invalid")


def test_a_token_of_a_removed_user_opens_nothing(
    surroundings: Surroundings, gateway: Running
) -> None:
    claims, headers = token(surroundings, HOUR)
    end(surroundings, "removed", claims)
    refused = httpx.post(f"{gateway.url}/api/v1/llm/chat", headers=headers, timeout=PATIENCE)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "token_invalid")
