"""What all services have in common, asked of each package that there is.

A new service is found by its folder; only in what it differs it is named, in contract.TRAITS.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Mount, Route

from .contract import OPEN, Built, Operation, build, error_of, names
from .platform_services_fixtures import somebody
from .stores import free_port
from .surroundings import Surroundings, serving

SHOWS_CODE = re.compile(r"Traceback|File \"|\.py\b|psycopg|pydantic|site-packages")
CALLER = {**somebody().headers, "X-User-Role": "admin"}
MALFORMED = ("{", "[]", '"text"', "17", '{"no_such_field": [{}]}')


@pytest.fixture(params=names())
def service(request: pytest.FixtureRequest, surroundings: Surroundings) -> Built:
    """Each service in turn; what it calls is away."""
    return build(request.param, surroundings, free_port())


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """Something that listens and never answers; closed before what waits for it is."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening


@pytest.mark.parametrize("name", names())
async def test_health_asks_nobody_and_readiness_tells_who_is_away(
    name: str, surroundings: Surroundings, silence: socket.socket
) -> None:
    port = str(silence.getsockname()[1])
    stores = {"POSTGRES_PORT": port, "REDIS_PORT": port}
    built = build(name, surroundings, int(port), **stores)
    async with serving(built.app, None) as client:
        started = time.perf_counter()
        health = await client.get("/health")
        assert time.perf_counter() - started < 2
        assert health.status_code == 200
        told = {"status": "healthy", "service": name, "version": "1.2.3"}
        assert health.json().items() >= told.items()
        silence.close()
        ready = await client.get("/ready")
    body = _readiness(name, ready)
    away = {check for check, found in body["checks"].items() if found["status"] == "unhealthy"}
    assert away >= {"postgres", "redis"} & body["checks"].keys()
    assert (body["status"] == "ready") == (not away)


def _readiness(name: str, ready: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = ready.json()
    assert body["service"] == name
    assert body["status"] in ("ready", "degraded", "not_ready")
    assert ready.status_code == (503 if body["status"] == "not_ready" else 200)
    for check in body["checks"].values():
        assert check["status"] in ("healthy", "unhealthy")
        assert check["latency_ms"] >= 0
    _is_safe(ready)
    return body


async def test_with_the_stores_there_none_of_them_is_unhealthy(
    service: Built, surroundings: Surroundings
) -> None:
    async with serving(service.app, None) as client:
        deadline = time.monotonic() + 60
        while True:
            checks = _readiness(service.name, await client.get("/ready"))["checks"]
            stores = {checks[each]["status"] for each in ("postgres", "redis") if each in checks}
            if stores <= {"healthy"}:
                return
            assert time.monotonic() < deadline, checks


async def test_metrics_have_the_names_and_labels_of_the_platform(service: Built) -> None:
    async with serving(service.app, None) as client:
        await client.get("/health")
        exposed = await client.get("/metrics")
    assert exposed.status_code == 200
    assert exposed.headers["Content-Type"].startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(exposed.text)}
    counted = [s for s in families["http_requests"].samples if s.labels["service"] == service.name]
    assert {each.name for each in counted} == {"http_requests_total"}
    asked = {"service": service.name, "method": "GET", "route": "/health", "status": "200"}
    assert any(each.labels == asked and each.value >= 1 for each in counted)
    timed = families["http_request_duration_seconds"]
    assert timed.type == "histogram"
    assert any(each.labels.get("service") == service.name for each in timed.samples)
    flying = families["http_requests_in_flight"]
    assert flying.type == "gauge"
    mine = [each.value for each in flying.samples if each.labels["service"] == service.name]
    assert mine == [1.0]


async def test_without_the_services_key_there_is_nothing_but_401(service: Built) -> None:
    if not service.traits.key:
        assert "x-api-key" not in json.dumps(service.app.openapi()).lower()
        return
    async with serving(service.app, None) as client:
        for method, path in _all_routes(service):
            for key in (None, b"", b"wrong", "ü".encode()):
                headers = [(name.encode(), value.encode()) for name, value in CALLER.items()]
                headers += [] if key is None else [(b"X-API-Key", key)]
                answer = await client.request(method, path, headers=headers)
                assert answer.status_code == 401, f"{method} {path}: {answer.text}"
                assert error_of(answer.text)["code"] == "unauthorized"
                _is_safe(answer)


def _all_routes(built: Built) -> list[tuple[str, str]]:
    """Return what is documented, and what is not but answers too."""
    found = [(each.method, each.path) for each in built.operations()]
    for route in built.app.routes:
        if isinstance(route, Mount):
            found.append(("POST", route.path))
        elif type(route) is Route and route.path not in (*OPEN, built.app.openapi_url):
            found += [(method, route.path) for method in route.methods or {"GET"}]
    assert found
    return found


async def test_a_request_keeps_its_id_or_is_given_one(service: Built) -> None:
    async with serving(service.app, None) as client:
        for path in ("/health", "/no/such/path"):
            kept = await client.get(path, headers={"X-Request-ID": "my-request.1"})
            assert kept.headers.get_list("X-Request-ID") == ["my-request.1"]
            made = [(await client.get(path)).headers["X-Request-ID"] for _ in range(2)]
            assert made[0] != made[1]
            assert all(re.fullmatch(r"[A-Za-z0-9._-]{16,}", each) for each in made)
            for odd in ("a b", "x" * 129, "<script>"):
                replaced = await client.get(path, headers={"X-Request-ID": odd})
                assert replaced.headers["X-Request-ID"] != odd
                assert odd not in replaced.text or odd in kept.text


async def test_an_unknown_path_and_a_wrong_method_are_told_as_json(service: Built) -> None:
    async with serving(service.app, None) as client:
        for method, path, status, code in (
            ("GET", "/no/such/path", 404, "not_found"),
            ("POST", "/nothing", 404, "not_found"),
            ("DELETE", "/health", 405, "method_not_allowed"),
            ("POST", "/ready", 405, "method_not_allowed"),
        ):
            headers = {**CALLER, "X-Request-ID": "mine"}
            answer = await client.request(method, path, headers=headers)
            assert 400 <= answer.status_code < 500
            assert not SHOWS_CODE.search(answer.text)
            if not service.traits.own_errors:
                assert answer.status_code == status
                error = error_of(answer.text)
                assert (error["code"], error["request_id"]) == (code, "mine")


async def test_a_malformed_body_is_refused_with_the_path_of_what_is_wrong(
    service: Built, surroundings: Surroundings
) -> None:
    if service.traits.own_errors:
        return
    async with serving(service.app, surroundings.secret("api-key")) as client:
        for operation in service.operations():
            for sent in MALFORMED if operation.takes_json else ():
                answer = await _ask(client, operation, sent)
                told = f"{operation} with {sent}: {answer.status_code} {answer.text}"
                assert answer.status_code == 422, told
                error = error_of(answer.text)
                assert error["code"] == "validation_error", told
                assert all(set(each) == {"path", "message"} for each in error["fields"]), told
                assert any(each["path"].startswith("body") for each in error["fields"]), told
                _is_safe(answer)


async def test_an_unforeseen_failure_tells_the_caller_nothing(service: Built) -> None:
    async def fail() -> None:
        raise RuntimeError("the password is hunter2")

    path = "/health"
    service.app.router.routes.insert(0, Route(path, fail))
    async with serving(service.app, None) as client:
        answer = await client.get(path)
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    assert not SHOWS_CODE.search(answer.text)
    assert answer.headers["X-Request-ID"] in answer.text
    if not service.traits.own_errors:
        error_of(answer.text)


async def test_whatever_is_asked_with_all_others_away_no_answer_is_an_accident(
    service: Built, surroundings: Surroundings
) -> None:
    async with serving(service.app, surroundings.secret("api-key")) as client:
        for operation in service.operations():
            answer = await _ask(client, operation, "{}" if operation.takes_json else None)
            assert answer.status_code != 500, f"{operation}: {answer.text}"
            if answer.status_code >= 400 and not service.traits.own_errors:
                error_of(answer.text)
                _is_safe(answer)


async def test_every_documented_route_says_what_it_answers(service: Built) -> None:
    document = service.app.openapi()
    named: list[str] = []
    for template, methods in document["paths"].items():
        for method, described in methods.items():
            told = f"{method.upper()} {template}"
            named.append(described["operationId"])
            assert described.get("summary") and described.get("description"), told
            # An emulator answers what the service answers that it stands for.
            if service.traits.own_errors and template not in OPEN:
                continue
            good = {s: r for s, r in described["responses"].items() if s[0] in "23"}
            assert good, told
            for response in good.values():
                plain = response.get("content", {}).get("application/json")
                assert plain is None or plain["schema"], f"{told} has no response model"
    if not service.traits.own_errors:
        assert len(named) == len(set(named))


async def _ask(client: httpx.AsyncClient, operation: Operation, sent: str | None) -> httpx.Response:
    headers = dict(CALLER) if sent is None else {**CALLER, "Content-Type": "application/json"}
    return await client.request(
        operation.method, operation.path, params=operation.query, headers=headers, content=sent
    )


def _is_safe(answer: httpx.Response) -> None:
    assert answer.headers["Content-Type"].startswith("application/json"), answer.text
    assert not SHOWS_CODE.search(answer.text), answer.text
