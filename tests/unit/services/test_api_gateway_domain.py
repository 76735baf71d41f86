"""Routes, headers, breaker, rates and sizes of the gateway."""

from __future__ import annotations

import math

import pytest
from api_gateway.domain.headers import Identity, Origin, answered, passed_on, set_by_gateway
from api_gateway.domain.rates import Decision, Limits
from api_gateway.domain.routes import (
    ROUTES,
    SERVICES,
    Route,
    RouteTable,
    public_location,
    upstream_path,
)
from api_gateway.domain.sizes import parse_size
from hypothesis import given
from hypothesis import strategies as st
from pyairtable_shared.breaker import Breaker, State

TABLE = RouteTable()


def found(path: str) -> Route:
    route = TABLE.find(path)
    assert route is not None
    return route


@pytest.mark.parametrize(
    ("path", "service", "target", "token"),
    [
        ("/api/v1/auth/register", "auth-service", "/auth/register", False),
        ("/api/v1/auth/login", "auth-service", "/auth/login", False),
        ("/api/v1/auth/refresh", "auth-service", "/auth/refresh", False),
        ("/api/v1/auth/logout", "auth-service", "/auth/logout", True),
        ("/api/v1/auth/validate", "auth-service", "/auth/validate", True),
        ("/api/v1/users/me", "user-service", "/users/me", True),
        ("/api/v1/users", "user-service", "/users", True),
        ("/api/v1/users/42", "user-service", "/users/42", True),
        ("/api/v1/workspaces", "workspace-service", "/workspaces", True),
        ("/api/v1/workspaces/1/members/2", "workspace-service", "/workspaces/1/members/2", True),
        ("/api/v1/tenants/1", "tenant-service", "/tenants/1", True),
        ("/api/v1/airtable/bases", "airtable-gateway", "/bases", True),
        ("/api/v1/airtable/bases/", "airtable-gateway", "/bases/", True),
        (
            "/api/v1/airtable/bases/app1/tables/My%20Table/records",
            "airtable-gateway",
            "/bases/app1/tables/My%20Table/records",
            True,
        ),
        ("/api/v1/mcp", "mcp-server", "/mcp", True),
        ("/api/v1/mcp/tools", "mcp-server", "/tools", True),
        ("/api/v1/mcp/tools/call", "mcp-server", "/tools/call", True),
        ("/api/v1/llm/chat", "llm-orchestrator", "/chat", True),
        ("/api/v1/llm/tools", "llm-orchestrator", "/tools", True),
        ("/api/v1/llm/sessions/1/history", "llm-orchestrator", "/sessions/1/history", True),
        ("/api/v1/analytics/metrics", "platform-services", "/analytics/metrics", True),
        ("/api/v1/files/1/download", "automation-services", "/files/1/download", True),
        ("/api/v1/workflows", "automation-services", "/workflows", True),
    ],
)
def test_a_public_path_leads_to_its_service(
    path: str, service: str, target: str, token: bool
) -> None:
    route = found(path)
    assert (route.service, upstream_path(route, path), route.token) == (service, target, token)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/api/v1",
        "/api/v1/",
        "/api/v1/auth",
        "/api/v1/auth/other",
        "/api/v1/auth/login/extra",
        "/api/v1/usersme",
        "/api/v1/airtable",
        "/api/v1/airtable/other",
        "/api/v1/llm",
        "/api/v1/llm/other",
        "/api/v2/users",
        "//api/v1/users",
        "/API/V1/users",
        "/users/me",
        "/api/v1/users/../auth/login",
        "/api/v1/users/..",
        "/api/v1/users/./me",
        "/api/v1/users/%2e%2e/metrics",
        "/api/v1/users/..%2fmetrics",
        "/api/v1/users/..\\metrics",
    ],
)
def test_any_other_path_leads_nowhere(path: str) -> None:
    assert TABLE.find(path) is None


def test_every_service_of_the_platform_has_a_route() -> None:
    assert set(SERVICES) == {
        "auth-service",
        "user-service",
        "workspace-service",
        "tenant-service",
        "airtable-gateway",
        "mcp-server",
        "llm-orchestrator",
        "platform-services",
        "automation-services",
    }
    assert len({route.public for route in ROUTES}) == len(ROUTES)


@given(st.sampled_from(ROUTES), st.lists(st.text("ab1-%_", min_size=1), max_size=4))
def test_a_target_never_leaves_its_routes_prefix(route: Route, segments: list[str]) -> None:
    path = "/".join([route.public, *segments])
    match = TABLE.find(path)
    if match is not None:
        assert upstream_path(match, path).startswith(match.upstream)


def test_a_redirect_of_a_service_is_told_in_public_terms() -> None:
    route = found("/api/v1/airtable/bases")
    url = "http://airtable-gateway:8002"
    assert public_location(route, url, f"{url}/bases/x?y=1") == "/api/v1/airtable/bases/x?y=1"
    assert public_location(route, url, "/bases") == "/api/v1/airtable/bases"
    assert public_location(route, url, "https://example.com/") == "https://example.com/"
    assert public_location(route, url, "/basement") == "/basement"


@pytest.mark.parametrize(
    "name",
    [b"x-api-key", b"x-user-id", b"x-tenant-id", b"x-user-role", b"x-request-id", b"host"],
)
def test_a_client_cannot_set_what_the_gateway_sets(name: bytes) -> None:
    assert passed_on([(name, b"evil"), (b"accept", b"*/*")]) == [("accept", "*/*")]
    assert passed_on([(name.replace(b"-", b"_"), b"evil")]) == []


def test_hop_by_hop_headers_stay_on_their_hop() -> None:
    headers = [
        (b"connection", b"keep-alive, X-Secret"),
        (b"x-secret", b"1"),
        (b"te", b"trailers"),
        (b"upgrade", b"h2c"),
        (b"transfer-encoding", b"chunked"),
        (b"x-kept", b"1"),
    ]
    assert passed_on(headers) == [("x-kept", "1")]
    assert answered(headers) == [(b"x-kept", b"1")]


def test_connection_cannot_be_used_to_drop_what_the_gateway_sets() -> None:
    identity = Identity("u", "t", "user")
    own = dict(set_by_gateway("key", identity, Origin("1.2.3.4", "https", "h"), "rid"))
    assert own == {
        "X-API-Key": "key",
        "X-Request-ID": "rid",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "h",
        "X-User-ID": "u",
        "X-Tenant-ID": "t",
        "X-User-Role": "user",
    }
    assert passed_on([(b"connection", b"x-api-key, x-user-id")]) == []


def test_without_a_token_no_user_is_named() -> None:
    own = dict(set_by_gateway("key", None, Origin("a", "http", "h"), "rid"))
    assert not {"X-User-ID", "X-Tenant-ID", "X-User-Role"} & own.keys()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [b"X-User-Id", b"x_user_id", b"X_User-ID", b"x-user-role", b"X_API_KEY", b"x-a"]
            ).map(bytes.lower),
            st.binary(max_size=8),
        )
    )
)
def test_no_spelling_of_an_identity_header_gets_through(
    headers: list[tuple[bytes, bytes]],
) -> None:
    names = {name.replace("_", "-") for name, _ in passed_on(headers)}
    assert names <= {"x-a"}


def test_a_services_own_cors_and_request_id_do_not_reach_the_client() -> None:
    given_headers = [
        (b"Access-Control-Allow-Origin", b"*"),
        (b"X-Request-ID", b"1"),
        (b"Server", b"s"),
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
    ]
    assert answered(given_headers) == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def state(breaker: Breaker) -> State:
    return breaker.state


def test_the_breaker_opens_after_failures_in_a_row_and_closes_after_a_good_trial() -> None:
    clock = Clock()
    breaker = Breaker(3, 10.0, clock)
    breaker.failed()
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    breaker.failed()
    assert breaker.allow()
    breaker.failed()
    assert state(breaker) is State.OPEN
    assert not breaker.allow()
    assert breaker.retry_after() == 10.0
    clock.now = 10.0
    assert breaker.allow()
    assert state(breaker) is State.HALF_OPEN
    assert not breaker.allow()
    breaker.succeeded()
    assert state(breaker) is State.CLOSED
    assert breaker.allow()
    assert breaker.retry_after() == 0.0


def test_a_failed_trial_opens_the_breaker_for_another_pause() -> None:
    clock = Clock()
    breaker = Breaker(1, 10.0, clock)
    breaker.failed()
    clock.now = 10.0
    assert breaker.allow()
    breaker.failed()
    clock.now = 19.9
    assert not breaker.allow()
    clock.now = 20.0
    assert breaker.allow()


def test_a_trial_that_never_ends_does_not_block_for_ever() -> None:
    clock = Clock()
    breaker = Breaker(1, 10.0, clock)
    breaker.failed()
    clock.now = 10.0
    assert breaker.allow()
    clock.now = 20.0
    assert breaker.allow()


def test_a_trial_given_up_by_the_client_may_be_made_again_at_once() -> None:
    clock = Clock()
    breaker = Breaker(1, 10.0, clock)
    breaker.failed()
    clock.now = 10.0
    assert breaker.allow()
    breaker.abandoned()
    assert breaker.allow()


LIMITS = Limits(100, 200)


def test_the_headers_of_a_first_request() -> None:
    headers = dict(Decision(True, 0.6, 1).headers(LIMITS))
    assert headers == {
        b"x-ratelimit-limit": b"100",
        b"x-ratelimit-remaining": b"199",
        b"x-ratelimit-reset": b"1",
    }


def test_a_refused_request_is_told_when_to_come_back() -> None:
    empty_bucket = Decision(False, 200 * 0.6, 200)
    assert dict(empty_bucket.headers(LIMITS))[b"retry-after"] == b"1"
    full_minute = Decision(False, 90.0, 200, until_room=41.2)
    assert dict(full_minute.headers(LIMITS))[b"retry-after"] == b"42"
    assert full_minute.remaining(LIMITS) == 0


@given(
    st.integers(1, 500),
    st.integers(0, 500),
    st.floats(0, 1e4),
    st.floats(0, 1000),
    st.floats(0, 60),
)
def test_rate_headers_are_always_sane(
    sustained: int, more: int, until_full: float, in_window: float, until_room: float
) -> None:
    limits = Limits(sustained, sustained + more)
    decision = Decision(False, until_full, in_window, until_room)
    assert 0 <= decision.remaining(limits) <= limits.burst
    assert 1 <= decision.retry_after(limits) <= max(math.ceil(until_full), 60)


@pytest.mark.parametrize(("sustained", "burst"), [(0, 10), (11, 10), (-1, -1)])
def test_limits_that_make_no_sense_are_refused(sustained: int, burst: int) -> None:
    with pytest.raises(ValueError, match="BURST_RATE_LIMIT"):
        Limits(sustained, burst)


@pytest.mark.parametrize(
    ("text", "size"),
    [("10MB", 10485760), ("1 kb", 1024), ("512", 512), ("5B", 5), ("1G", 1073741824)],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "0", "1.5MB", "10 parsecs", "10MBB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="as in 10MB"):
        parse_size(text)
