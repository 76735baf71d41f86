"""api-gateway before a stand-in for all services: routes, tokens, failures, streams."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from api_gateway.settings import FORM_BYTES
from pyairtable_shared import tokens
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from .running import Running, running, served
from .stand_in import BIG, Dropper, StandIn, dropping
from .surroundings import Surroundings

ORIGIN = "https://app.example.com"
USER = {
    "sub": "11111111-1111-4111-8111-111111111111",
    "email": "ada@example.com",
    "role": "admin",
    "tenant_id": "22222222-2222-4222-8222-222222222222",
}
LIMIT = 2 * 1024 * 1024 + FORM_BYTES


@pytest.fixture(scope="module")
def stand_in() -> StandIn:
    """What stands behind the gateway."""
    return StandIn()


@pytest.fixture(scope="module")
def dropper() -> Iterator[Dropper]:
    """A service that never answers."""
    with dropping() as made:
        yield made


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings, stand_in: StandIn, dropper: Dropper) -> Iterator[Running]:
    """A gateway with short patience, without a rate limit that tests would meet."""
    stands = ("USER_SERVICE", "LLM_ORCHESTRATOR", "MCP_SERVER", "AUTOMATION_SERVICES")
    with served(stand_in.app) as url:
        variables = {f"{name}_URL": url for name in stands}
        with running(
            surroundings,
            "api-gateway",
            AUTH_SERVICE_URL=url,
            TENANT_SERVICE_URL=dropper.url,
            WORKSPACE_SERVICE_URL="http://127.0.0.1:9",
            PLATFORM_SERVICES_URL="http://no-such-host.invalid:80",
            DEFAULT_RATE_LIMIT="100000",
            BURST_RATE_LIMIT="100000",
            MAX_FILE_SIZE="2MB",
            UPSTREAM_TIMEOUT="1",
            BREAKER_FAILURES="3",
            BREAKER_PAUSE="1",
            CORS_ORIGINS=ORIGIN,
            **variables,
        ) as started:
            yield started


@pytest.fixture(scope="module")
def token(surroundings: Surroundings) -> str:
    """A valid access token."""
    return tokens.make(surroundings.secret("jwt-secret"), **USER)[0]


@pytest.fixture
def client(gateway: Running, token: str, stand_in: StandIn) -> Iterator[httpx.Client]:
    """A signed-in user."""
    stand_in.calls.clear()
    stand_in.left.clear()
    stand_in.broken = False
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20) as made:
        yield made


def refusal(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, error["code"]


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_request_reaches_its_service_as_it_was_made(client: httpx.Client) -> None:
    answer = client.put("/api/v1/users/a%2Fb%20c?x=1&y=%26", content=b"body")
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["query"], seen["body"]) == (
        "PUT",
        "/users/a%2Fb%20c",
        "x=1&y=%26",
        "body",
    )


def test_a_service_learns_who_calls_from_the_gateway_alone(
    client: httpx.Client, surroundings: Surroundings
) -> None:
    forged = {
        "X-API-Key": "forged",
        "X-User-ID": "forged",
        "X_User_ID": "forged",
        "X-Tenant-ID": "forged",
        "X-User-Role": "forged",
        "X-Forwarded-For": "6.6.6.6",
        "Connection": "keep-alive, X-User-ID",
        "X-Kept": "kept",
    }
    seen = client.get("/api/v1/users/me", headers=forged).json()["headers"]
    assert seen["x-api-key"] == surroundings.secret("api-key")
    assert seen["x-user-id"] == USER["sub"]
    assert seen["x-tenant-id"] == USER["tenant_id"]
    assert seen["x-user-role"] == "admin"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-kept"] == "kept"
    assert "forged" not in seen.values()


def test_a_public_route_names_no_user_even_with_a_token(client: httpx.Client) -> None:
    forged = {"X-User-ID": "forged", "X-User-Role": "admin"}
    seen = client.post("/api/v1/auth/login", json={}, headers=forged).json()["headers"]
    assert not {"x-user-id", "x-tenant-id", "x-user-role"} & seen.keys()
    assert "x-api-key" in seen


def test_the_request_id_goes_through_and_comes_back(client: httpx.Client) -> None:
    answer = client.get("/api/v1/users/me", headers={"X-Request-ID": "my-id.1"})
    assert answer.headers.get_list("X-Request-ID") == ["my-id.1"]
    assert answer.json()["headers"]["x-request-id"] == "my-id.1"
    made = client.get("/api/v1/users/me", headers={"X-Request-ID": "bad id\t!"})
    assert made.json()["headers"]["x-request-id"] == made.headers["X-Request-ID"] != "bad id\t!"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/nothing", (404, "not_found")),
        ("GET", "/", (404, "not_found")),
        ("GET", "/docs", (404, "not_found")),
        ("GET", "/openapi.json", (404, "not_found")),
        ("GET", "/api/v1/auth/login", (405, "method_not_allowed")),
        ("POST", "/api/v1/users/me", (405, "method_not_allowed")),
        ("GET", "/api/v1/airtable/bases", (503, "service_not_deployed")),
        ("GET", "/api/v1/analytics/metrics", (503, "service_not_deployed")),
        ("GET", "/api/v1/workspaces", (503, "upstream_unavailable")),
        ("GET", "/api/v1/workflows/unrouted", (503, "service_not_deployed")),
    ],
)
def test_what_has_no_service_is_answered_by_the_gateway(
    client: httpx.Client, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert refusal(client.request(method, path)) == expected


@pytest.mark.parametrize(
    "path", ["/api/v1/users/../../metrics", "/api/v1/users/%2e%2e/%2e%2e/metrics"]
)
def test_a_path_cannot_climb_out_of_its_route(gateway: Running, token: str, path: str) -> None:
    answer = raw(gateway, f"GET {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n")
    assert answer.startswith(b"HTTP/1.1 404")


def raw(gateway: Running, head: str, body: bytes = b"") -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    address = urlsplit(gateway.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 10) as line:
        line.sendall(f"{head}Host: gateway\r\nConnection: close\r\n\r\n".encode() + body)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_answers_come_back_as_they_were_given(client: httpx.Client, gateway: Running) -> None:
    cookies = client.get("/api/v1/users/cookies")
    assert len(cookies.headers.get_list("Set-Cookie")) == 2
    assert "Access-Control-Allow-Origin" not in cookies.headers
    moved = client.get("/api/v1/users/moved")
    assert (moved.status_code, moved.headers["Location"]) == (307, "/api/v1/users/1?a=b")
    with client.stream("GET", "/api/v1/users/zipped") as zipped:
        assert gzip.decompress(b"".join(zipped.iter_raw())) == b"zip"
    same = client.get("/api/v1/users/tagged", headers={"If-None-Match": '"t"'})
    assert (same.status_code, same.content) == (304, b"")
    assert client.get("/api/v1/files/big").content == BIG
    head = client.head("/api/v1/files/big")
    assert (head.headers["Content-Length"], head.content) == (str(len(BIG)), b"")


def expired(secret: str) -> str:
    import jwt

    now = int(time.time())
    claims = {**USER, "jti": "j", "iat": now - 1000, "exp": now - 100}
    return jwt.encode(claims, secret, "HS256")


def test_only_a_valid_token_opens_a_protected_route(
    gateway: Running, surroundings: Surroundings, stand_in: StandIn
) -> None:
    stand_in.calls.clear()
    wrong = {
        "none": {},
        "nonsense": {"Authorization": "Bearer nonsense"},
        "basic": {"Authorization": "Basic YTpi"},
        "forged": {"Authorization": f"Bearer {tokens.make('x' * 64, **USER)[0]}"},
        "expired": {"Authorization": f"Bearer {expired(surroundings.secret('jwt-secret'))}"},
    }
    for name, headers in wrong.items():
        answer = httpx.get(f"{gateway.url}/api/v1/users/me", headers=headers)
        assert answer.status_code == 401, name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert stand_in.calls == []


def test_a_revoked_token_is_refused_within_a_second(
    gateway: Running, surroundings: Surroundings
) -> None:
    token, claims = tokens.make(surroundings.secret("jwt-secret"), **USER)
    url, headers = f"{gateway.url}/api/v1/users/me", {"Authorization": f"Bearer {token}"}
    assert httpx.get(url, headers=headers).status_code == 200
    with surroundings.redis_admin() as redis:
        redis.set(f"shared:revoked:{claims.jti}", "1", ex=60)
    time.sleep(1)
    assert refusal(httpx.get(url, headers=headers)) == (401, "token_invalid")


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
    assert 0.9 < time.monotonic() - started < 2.5


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


def test_only_listed_origins_may_read_answers(client: httpx.Client) -> None:
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "Authorization",
    }
    allowed = client.options("/api/v1/users/me", headers={"Origin": ORIGIN, **asked})
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    foreign = {"Origin": "https://evil.example.com"}
    assert client.options("/api/v1/users/me", headers={**foreign, **asked}).status_code == 400
    answer = client.get("/api/v1/users/me", headers={"Origin": ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "X-RateLimit-Remaining" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in client.get(
        "/api/v1/users/me", headers=foreign
    ).headers  # fmt: skip


def test_the_status_is_a_matrix_of_all_services(gateway: Running) -> None:
    report = httpx.get(f"{gateway.url}/api/v1/status").json()
    statuses = {name: each["status"] for name, each in report["services"].items()}
    assert statuses == {
        "airtable-gateway": "not_deployed",
        "auth-service": "healthy",
        "automation-services": "healthy",
        "llm-orchestrator": "healthy",
        "mcp-server": "healthy",
        "platform-services": "unhealthy",
        "tenant-service": "unhealthy",
        "user-service": "healthy",
        "workspace-service": "unhealthy",
    }
    assert report["status"] == "degraded"
    assert report["stores"]["redis"]["status"] == "healthy"
    assert httpx.get(f"{gateway.url}/health").json()["service"] == "api-gateway"
    assert httpx.get(f"{gateway.url}/ready").json()["checks"]["redis"]["status"] == "healthy"


def test_requests_are_counted_by_route_and_no_secret_is_logged(
    client: httpx.Client, gateway: Running, token: str, surroundings: Surroundings
) -> None:
    client.get("/api/v1/users/123")
    assert gateway.metric("http_requests_total", route="/api/v1/users[...]", status="200") >= 1
    eventually(lambda: any(USER["sub"] in line for line in gateway.output))
    written = "".join(gateway.output)
    assert token not in written
    assert surroundings.secret("api-key") not in written
    assert surroundings.secret("jwt-secret") not in written
    assert "Traceback" not in written


def test_a_request_in_flight_is_finished_when_the_gateway_stops(
    surroundings: Surroundings, token: str
) -> None:
    with (
        served(StandIn().app) as url,
        running(surroundings, "api-gateway", LLM_ORCHESTRATOR_URL=url) as started,
    ):
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.stream("GET", f"{started.url}/api/v1/llm/chat", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "data: 0"
            started.process.terminate()
            rest = [line for line in lines if line]
        assert rest == [f"data: {number}" for number in range(1, 5)]
        assert started.process.wait(20) == 0


async def test_many_requests_at_once_all_get_their_own_answer(gateway: Running, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers, timeout=20) as client:
        answers = await asyncio.gather(
            *(client.get(f"/api/v1/users/{number}") for number in range(200))
        )
    assert [a.json()["path"] for a in answers] == [f"/users/{number}" for number in range(200)]


def test_wrong_settings_end_the_start_with_a_sentence(surroundings: Surroundings) -> None:
    process = surroundings.start_program(
        "api-gateway", ENVIRONMENT="production", CORS_ORIGINS="*", MAX_FILE_SIZE="huge"
    )
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "CORS_ORIGINS" in output and "MAX_FILE_SIZE" in output
    assert "Traceback" not in output
