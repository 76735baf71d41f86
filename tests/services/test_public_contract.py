"""What all public routes have in common, asked of each route that there is.

A new route is found in the gateway's table.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import httpx
import pytest
from api_gateway.domain.routes import ROUTES, SERVICES, Route
from pyairtable_shared import tokens

from .contract import error_of
from .running import Running, running, served
from .stand_in import StandIn
from .surroundings import Surroundings

ORIGIN = "https://app.example.com"
SUSTAINED, BURST = 4, 5


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings) -> Iterator[Running]:
    """A gateway with a small limit, before a stand-in for every service."""
    with served(StandIn().app) as url:
        services = {f"{name.replace('-', '_').upper()}_URL": url for name in SERVICES}
        with running(
            surroundings,
            "api-gateway",
            DEFAULT_RATE_LIMIT=str(SUSTAINED),
            BURST_RATE_LIMIT=str(BURST),
            TRUSTED_PROXIES="127.0.0.0/8",
            CORS_ORIGINS=ORIGIN,
            **services,
        ) as started:
            yield started


@pytest.fixture(params=ROUTES, ids=lambda route: route.public)
def route(request: pytest.FixtureRequest) -> Route:
    """Each public route in turn."""
    found: Route = request.param
    return found


@pytest.fixture
def client(gateway: Running, surroundings: Surroundings) -> Iterator[httpx.Client]:
    """Somebody new, from an address that nobody had before."""
    ids = {name: secrets.token_hex(16) for name in ("sub", "tenant_id")}
    token, _ = tokens.make(
        surroundings.secret("jwt-secret"), email="a@example.com", role="user", **ids
    )
    address = ":".join(["2001:db8", *(secrets.token_hex(2) for _ in range(6))])
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address, "Origin": ORIGIN}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=60) as made:
        yield made


def ask(client: httpx.Client, route: Route, **headers: str) -> httpx.Response:
    """Call a route by a method that it has."""
    method = "GET" if "GET" in route.methods else "POST"
    return client.request(method, route.public, headers=headers)


def test_an_answer_names_the_request_the_limit_and_the_origin(
    client: httpx.Client, route: Route
) -> None:
    answer = ask(client, route, **{"X-Request-ID": "my-request.1"})
    assert answer.status_code == 200, answer.text
    assert answer.headers.get_list("X-Request-ID") == ["my-request.1"]
    assert int(answer.headers["X-RateLimit-Limit"]) >= SUSTAINED
    assert {"X-RateLimit-Remaining", "X-RateLimit-Reset"} <= {
        name.title().replace("Ratelimit", "RateLimit") for name in answer.headers
    }
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {"ETag", "Retry-After", "X-Request-ID"} <= set(re.split(r",\s*", exposed))
    if answer.headers["Content-Type"] == "application/json":
        assert answer.json()["headers"]["x-request-id"] == "my-request.1"


def test_a_preflight_is_answered_for_listed_origins_only(
    client: httpx.Client, route: Route
) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    allowed = client.options(route.public, headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    foreign = {**asked, "Origin": "https://evil.example.com"}
    refused = client.options(route.public, headers=foreign)
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_one_request_too_many_is_told_when_to_come_back(client: httpx.Client, route: Route) -> None:
    statuses = [ask(client, route).status_code for _ in range(BURST + 1)]
    assert statuses[:SUSTAINED] == [200] * SUSTAINED
    assert statuses[-1] == 429
    refused = ask(client, route)
    assert refused.status_code == 429
    assert error_of(refused.text)["code"] == "rate_limited"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_without_a_token_only_what_is_open_to_all_answers(
    client: httpx.Client, route: Route
) -> None:
    del client.headers["Authorization"]
    answer = ask(client, route)
    if not route.token:
        assert answer.status_code == 200, answer.text
        return
    assert answer.status_code == 401
    error = error_of(answer.text)
    assert error["code"] == "token_missing"
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_another_method_is_refused_with_those_that_there_are(
    client: httpx.Client, route: Route
) -> None:
    answer = client.request("TRACE", route.public)
    assert answer.status_code == 405
    assert error_of(answer.text)["code"] == "method_not_allowed"
    assert set(answer.headers["Allow"].split(", ")) == set(route.methods)
