"""Bodies: how large they may be, and that they pass as they come."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

import httpx

from ..stand_in import StandIn
from .asking import LIMIT, refusal


def test_a_body_that_announces_too_much_is_refused_unread(
    client: httpx.Client, stand_in: StandIn
) -> None:
    stand_in.pieces.clear()
    answer = client.post("/api/v1/files/upload", content=b"x" * (LIMIT + 1))
    assert refusal(answer) == (413, "body_too_large")
    assert stand_in.pieces == []


def test_a_body_of_unknown_length_is_refused_once_it_is_too_large(
    client: httpx.Client, stand_in: StandIn
) -> None:
    stand_in.pieces.clear()

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * (LIMIT // 20)

    answer = client.post("/api/v1/files/upload", content=pieces())
    assert refusal(answer) == (413, "body_too_large")
    assert 0 < sum(size for _, size in stand_in.pieces) <= LIMIT


def test_a_large_body_arrives_whole(client: httpx.Client) -> None:
    content = bytes(range(256)) * 8000
    answer = client.post("/api/v1/files/upload", content=content)
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()


def test_an_upload_is_passed_on_while_it_arrives(client: httpx.Client, stand_in: StandIn) -> None:
    sent: list[float] = []

    def pieces() -> Iterator[bytes]:
        for _ in range(3):
            yield b"x" * 1000
            time.sleep(0.3)
        sent.append(time.monotonic())

    assert client.post("/api/v1/files/upload", content=pieces()).status_code == 200
    assert stand_in.pieces[0][0] < sent[0] - 0.5
