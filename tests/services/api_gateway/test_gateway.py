"""The gateway itself: origins, status, logs, settings, start and stop."""

from __future__ import annotations

import asyncio

import httpx

from ..running import Running, running, served
from ..stand_in import StandIn
from ..surroundings import Surroundings
from .asking import ORIGIN, USER, eventually


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
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers, timeout=60) as client:
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
