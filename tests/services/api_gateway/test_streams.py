"""Answers that take their time."""

from __future__ import annotations

import time

import httpx
import pytest

from ..stand_in import StandIn
from .asking import eventually


def test_events_arrive_while_they_are_sent(client: httpx.Client) -> None:
    arrived: list[tuple[float, str]] = []
    with client.stream("GET", "/api/v1/llm/chat") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line:
                arrived.append((time.monotonic(), line))
    assert [line for _, line in arrived] == [f"data: {number}" for number in range(5)]
    assert arrived[-1][0] - arrived[0][0] > 0.6


def test_a_client_that_leaves_a_stream_frees_the_service(
    client: httpx.Client, stand_in: StandIn
) -> None:
    with client.stream("GET", "/api/v1/llm/chat") as answer:
        assert next(answer.iter_lines()) == "data: 0"
    eventually(lambda: "chat" in stand_in.left)


def test_an_answer_that_breaks_off_breaks_off_for_the_client_too(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/v1/files/cut")
