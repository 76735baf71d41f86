"""The application that every service is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from pyairtable_shared.app import create_app
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import tagged
from pyairtable_shared.readiness import Check, Readiness
from pyairtable_shared.settings import ServiceSettings
from pydantic import BaseModel

SETTINGS = ServiceSettings(port=1, service_version="1.2.3", log_level="ERROR")


class Order(BaseModel):
    """A body with something inside."""

    lines: list[dict[str, int]]


def _client(**checks: Check) -> httpx.AsyncClient:
    router = APIRouter()

    @router.get("/refused")
    async def refused() -> None:
        raise ApiError(418, "teapot", "Short and stout", {"Retry-After": "7"})

    @router.post("/orders")
    async def orders(order: Order) -> int:
        return len(order.lines)

    @router.get("/things")
    async def things(request: Request) -> Response:
        return tagged(request, {"b": 1, "a": "ü"}, {"X-Cache": "hit"})

    @router.get("/things/{number}")
    async def thing(number: int) -> int:
        return number

    app = create_app(
        "unit-service",
        SETTINGS,
        routers=[router],
        checks={name: check for name, check in checks.items() if name != "extra"},
        useful={name: check for name, check in checks.items() if name == "extra"},
    )
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://unit")


async def _fine() -> None:
    await asyncio.sleep(0)


async def _away() -> None:
    raise ConnectionError("host and password of something")


async def _hangs() -> None:
    await asyncio.sleep(60)


async def test_health_asks_nobody() -> None:
    answer = await _client(store=_away).get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "healthy", "service": "unit-service", "version": "1.2.3"}


async def test_ready_says_how_each_dependency_is() -> None:
    answer = await _client(one=_fine, two=_away).get("/ready")
    assert answer.status_code == 503
    body = answer.json()
    assert body["status"] == "not_ready"
    assert body["checks"]["one"]["status"] == "healthy"
    assert body["checks"]["one"]["latency_ms"] >= 0
    assert body["checks"]["two"]["reason"] == "ConnectionError"
    assert "password" not in answer.text


async def test_without_something_useful_it_is_degraded_but_ready() -> None:
    answer = await _client(one=_fine, extra=_away).get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


async def test_all_there_it_is_ready() -> None:
    answer = await _client(one=_fine, extra=_fine).get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_a_check_that_hangs_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyairtable_shared.readiness.CHECK_SECONDS", 0.05)
    status, results = await Readiness({"store": _hangs}, {}).report()
    assert (status, results["store"]["reason"]) == ("not_ready", "TimeoutError")


async def test_stopping_it_asks_nobody_and_is_not_ready() -> None:
    readiness = Readiness({"store": _hangs}, {})
    readiness.stopping = True
    assert await readiness.report() == ("stopping", {})


async def test_stores_that_are_well_are_not_asked_for_every_check_of_the_router(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def store() -> None:
        asked.append("store")

    readiness = Readiness({"store": store}, {})
    assert await readiness.report() == await readiness.report()
    assert asked == ["store"]
    monkeypatch.setattr("pyairtable_shared.readiness.WELL_SECONDS", 0)
    readiness = Readiness({"store": store}, {})
    assert [(await readiness.report())[0] for _ in range(2)] == ["ready", "ready"]
    assert asked == ["store"] * 3


async def test_a_store_that_is_away_is_asked_again_at_once() -> None:
    answers = [ConnectionError(), None]

    async def store() -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    readiness = Readiness({"store": store}, {})
    assert (await readiness.report())[0] == "not_ready"
    assert (await readiness.report())[0] == "ready"


async def test_a_refusal_has_the_one_shape_and_its_headers() -> None:
    answer = await _client().get("/refused", headers={"X-Request-ID": "r-1"})
    assert answer.status_code == 418
    assert answer.headers["retry-after"] == "7"
    assert answer.json() == {
        "error": {"code": "teapot", "message": "Short and stout", "request_id": "r-1"}
    }


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "body.lines"),
        ({"lines": [{"a": 1}, {"b": "x"}]}, "body.lines.1.b"),
        ({"lines": "x"}, "body.lines"),
    ],
)
async def test_a_wrong_field_is_named_by_its_path(body: object, path: str) -> None:
    answer = await _client().post("/orders", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "validation_error"
    assert [field["path"] for field in error["fields"]] == [path]
    assert path in error["message"]


async def test_an_answer_with_a_tag_is_sent_once() -> None:
    client = _client()
    first = await client.get("/things")
    assert first.json() == {"a": "ü", "b": 1}
    assert first.headers["x-cache"] == "hit"
    tag = first.headers["etag"]
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = await client.get("/things", headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/things", headers={"If-None-Match": '"x"'})).status_code == 200


async def test_requests_are_counted_by_route_not_by_path() -> None:
    client = _client()
    for number in range(3):
        await client.get(f"/things/{number}")
    await client.get("/no/such/path")
    metrics = (await client.get("/metrics")).text
    counted = 'http_requests_total{method="GET",route="%s",service="unit-service",status="%s"}'
    assert counted % ("/things/{number}", 200) + " 3.0" in metrics
    assert counted % ("unmatched", 404) in metrics
    assert "/things/1" not in metrics
    assert 'http_requests_in_flight{service="unit-service"} 1.0' in metrics
    assert "http_request_duration_seconds_bucket" in metrics


async def test_resources_are_entered_in_order_and_left_in_reverse() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def resource(name: str) -> AsyncIterator[None]:
        seen.append(f"+{name}")
        yield
        seen.append(f"-{name}")

    app = create_app("unit-service", SETTINGS, resources=[resource("a"), resource("b")])
    async with app.router.lifespan_context(app):
        assert seen == ["+a", "+b"]
    assert seen == ["+a", "+b", "-b", "-a"]
