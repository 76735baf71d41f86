"""What reaches a service, and what comes back from it."""

from __future__ import annotations

import gzip

import httpx
import pytest

from ..running import Running
from ..stand_in import BIG
from ..surroundings import Surroundings
from .asking import USER, raw, refusal


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
