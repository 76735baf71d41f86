"""WebSockets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from ..running import Running
from ..stand_in import StandIn
from .asking import ORIGIN, USER, eventually


def socket_url(gateway: Running, path: str) -> str:
    return f"ws{gateway.url.removeprefix('http')}{path}"


def test_a_websocket_passes_both_ways_with_the_users_identity(
    gateway: Running, token: str, stand_in: StandIn
) -> None:
    stand_in.left.clear()
    headers = {"Authorization": f"Bearer {token}", "X-User-ID": "forged"}
    with connect(
        socket_url(gateway, "/api/v1/mcp/socket?a=1"),
        additional_headers=headers,
        subprotocols=[Subprotocol("chat")],
        proxy=None,
    ) as line:
        assert line.subprotocol == "chat"
        seen = json.loads(line.recv())
        assert (seen["x-user-id"], seen["x-user-role"]) == (USER["sub"], "admin")
        line.send("text")
        assert line.recv() == "text"
        line.send(b"\x00\xff" * 50_000)
        assert line.recv() == b"\x00\xff" * 50_000
    eventually(lambda: "socket 1000" in stand_in.left)


def test_a_browser_sends_its_token_as_a_protocol(gateway: Running, token: str) -> None:
    with connect(
        socket_url(gateway, "/api/v1/mcp/socket"),
        subprotocols=[Subprotocol("bearer"), Subprotocol(token)],
        origin=Origin(ORIGIN),
        proxy=None,
    ) as line:
        assert line.subprotocol == "bearer"
        seen = json.loads(line.recv())
        assert token not in seen.values()
        assert seen["x-user-id"] == USER["sub"]


def test_a_service_closes_a_websocket_with_its_own_code(gateway: Running, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with connect(
        socket_url(gateway, "/api/v1/mcp/closing"), additional_headers=headers, proxy=None
    ) as line:
        with pytest.raises(ConnectionClosedError):
            line.recv()
        assert (line.close_code, line.close_reason) == (4001, "enough")


@pytest.mark.parametrize(
    ("path", "signed_in", "origin", "status"),
    [
        ("/api/v1/mcp/socket", False, None, 401),
        ("/api/v1/mcp/socket", True, "https://evil.example.com", 403),
        ("/api/v1/nothing", True, None, 404),
        ("/api/v1/mcp/no-socket", True, None, 403),
        ("/api/v1/airtable/bases", True, None, 503),
        ("/api/v1/workspaces", True, None, 503),
    ],
)
def test_a_websocket_that_may_not_be_is_refused_in_the_handshake(
    gateway: Running, token: str, path: str, signed_in: bool, origin: Any, status: int
) -> None:
    headers = {"Authorization": f"Bearer {token}"} if signed_in else {}
    with pytest.raises(InvalidStatus) as raised:
        connect(
            socket_url(gateway, path), additional_headers=headers, origin=origin, proxy=None
        ).close()
    assert raised.value.response.status_code == status
    assert b'"error"' in bytes(raised.value.response.body or b"")
