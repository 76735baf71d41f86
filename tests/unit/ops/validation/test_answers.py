"""What the answers of the health checks mean."""

from __future__ import annotations

import json

import pytest

from catalog import SERVICES
from ops.validation.answers import Verdict, bounded, questions, verdict

AUTH = SERVICES["auth-service"]
HEALTHY = '{"status":"healthy"}'
READY = '{"status":"ready","checks":{"postgres":{"status":"healthy","latency_ms":0.9}}}'
NOT_READY = json.dumps(
    {
        "status": "not_ready",
        "checks": {
            "postgres": {"status": "unhealthy", "reason": "PoolTimeout", "latency_ms": 2000},
            "redis": {"status": "healthy", "latency_ms": 1},
            "disk": {"status": "full", "latency_ms": 1},
        },
    }
)


def answers(*given: tuple[str, str]) -> str:
    return "".join(f"{body}\nanswered {code} 0.00{n}500\n" for n, (body, code) in enumerate(given))


def said(*given: tuple[str, str]) -> str:
    return verdict(AUTH, "blue", answers(*given)).detail


def test_a_command_that_would_hang_is_ended() -> None:
    assert bounded(("/usr/local/bin/healthcheck",)) == [
        "timeout",
        "3",
        "/usr/local/bin/healthcheck",
    ]


def test_a_slot_is_asked_itself_and_then_through_the_router() -> None:
    asked = [each for each in questions(AUTH, "green") if each.startswith("http")]
    assert asked == [
        "http://auth-service-green:8001/health",
        "http://auth-service-green:8001/ready",
        "http://auth-service:8001/ready",
    ]
    assert questions(AUTH, "green").count("--max-time") == 3


def test_a_slot_without_traffic_is_asked_itself_alone() -> None:
    asked = [each for each in questions(AUTH, "green", routed=False) if each.startswith("http")]
    assert asked == [
        "http://auth-service-green:8001/health",
        "http://auth-service-green:8001/ready",
    ]
    output = answers((HEALTHY, "200"), (READY, "200"))
    assert verdict(AUTH, "green", output, routed=False) == Verdict(healthy=True, latency_ms=1.5)
    assert not verdict(AUTH, "green", output).healthy


def test_three_good_answers_are_healthy_with_the_latency_of_readiness() -> None:
    output = answers((HEALTHY, "200"), (READY, "200"), (READY, "200"))
    assert verdict(AUTH, "blue", output) == Verdict(healthy=True, latency_ms=1.5)


def test_unhealthy_dependencies_are_named_with_their_reason() -> None:
    detail = said((HEALTHY, "200"), (NOT_READY, "503"), (NOT_READY, "503"))
    assert detail == "/ready answered 503: postgres: PoolTimeout, disk: full"


def test_a_bad_liveness_comes_first() -> None:
    detail = said(("oh  no\nno", "500"), (NOT_READY, "503"), (READY, "200"))
    assert detail == "/health answered 500: oh no no"


def test_no_answer_tells_what_curl_said() -> None:
    lost = "curl: (6) Could not resolve host: auth-service-blue"
    assert said((lost, "000"), (lost, "000"), ("", "503")) == f"/health did not answer: {lost}"


def test_a_router_that_does_not_lead_to_the_slot_is_told() -> None:
    detail = said((HEALTHY, "200"), (READY, "200"), ("", "503"))
    assert detail == "the router answered 503"


@pytest.mark.parametrize("body", ["{", "[]", '{"checks": 1}', '{"checks": {"x": 1}}', ""])
def test_an_answer_of_another_shape_is_shown_as_it_is(body: str) -> None:
    detail = said((HEALTHY, "200"), (body, "503"), (READY, "200"))
    assert detail == f"/ready answered 503: {body}".removesuffix(": ")


def test_output_that_is_no_answer_is_shown() -> None:
    assert verdict(AUTH, "blue", "exec: curl: not found").detail == "exec: curl: not found"
    assert verdict(AUTH, "blue", "").detail == "no answer"
    assert len(verdict(AUTH, "blue", "x" * 5000).detail) == 200
