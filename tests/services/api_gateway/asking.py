"""What the tests of api-gateway ask with, and what they read of an answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from api_gateway.settings import FORM_BYTES

from ..running import Running

ORIGIN = "https://app.example.com"
USER = {
    "sub": "11111111-1111-4111-8111-111111111111",
    "email": "ada@example.com",
    "role": "admin",
    "tenant_id": "22222222-2222-4222-8222-222222222222",
}
LIMIT = 2 * 1024 * 1024 + FORM_BYTES


def refusal(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, error["code"]


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def raw(gateway: Running, head: str, body: bytes = b"") -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    address = urlsplit(gateway.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 10) as line:
        line.sendall(f"{head}Host: gateway\r\nConnection: close\r\n\r\n".encode() + body)
        return b"".join(iter(lambda: line.recv(65536), b""))
