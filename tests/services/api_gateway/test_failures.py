"""Services that fail: second attempts, patience, the breaker."""

from __future__ import annotations

import time

import httpx

from ..running import Running
from ..stand_in import Dropper, StandIn
from .asking import refusal


def test_an_idempotent_request_is_sent_twice_and_a_write_only_once(
    client: httpx.Client, stand_in: StandIn
) -> None:
    assert client.get("/api/v1/workflows/flaky").json() == {"attempts": 2}
    stand_in.calls.clear()
    assert refusal(client.post("/api/v1/workflows/flaky")) == (503, "upstream_unavailable")
    assert stand_in.calls == ["POST"]


def test_a_dropped_connection_is_tried_twice_for_reads_only(
    client: httpx.Client, dropper: Dropper
) -> None:
    dropper.seen.clear()
    assert refusal(client.get("/api/v1/tenants")) == (503, "upstream_unavailable")
    assert dropper.seen == [b"GET", b"GET"]
    assert refusal(client.post("/api/v1/tenants")) == (503, "upstream_unavailable")
    assert dropper.seen == [b"GET", b"GET", b"POST"]


def test_an_answer_that_takes_too_long_is_given_up(client: httpx.Client) -> None:
    started = time.monotonic()
    assert refusal(client.get("/api/v1/users/slow")) == (504, "upstream_timeout")
    assert time.monotonic() - started > 0.9


def test_the_breaker_spares_a_service_that_fails_and_lets_it_come_back(
    client: httpx.Client, gateway: Running, stand_in: StandIn
) -> None:
    stand_in.broken = True
    for _ in range(3):
        client.post("/api/v1/workflows/flaky")
    reached = len(stand_in.calls)
    refused = client.post("/api/v1/workflows/flaky")
    assert refusal(refused) == (503, "upstream_unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    assert len(stand_in.calls) == reached
    assert gateway.metric("gateway_breaker_state", upstream="automation-services") == 2
    assert client.get("/api/v1/users/me").status_code == 200
    stand_in.broken = False
    time.sleep(1.1)
    assert client.get("/api/v1/workflows/flaky").status_code == 200
    assert gateway.metric("gateway_breaker_state", upstream="automation-services") == 0


def test_a_services_own_503_does_not_open_the_breaker(client: httpx.Client) -> None:
    for _ in range(5):
        assert client.get("/api/v1/users/tagged").status_code == 200
