"""The smoke tests, against a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ops.validation import Check, smoke_tests
from ops.validation.smoke import PASSWORD, new_email

from .gateway import TOKEN, USER, Gateway, error, serving

NAMES = ["register", "login", "own profile", "validate token", "Airtable bases"]
AWAY = error(503, "upstream_unavailable", "auth-service cannot be reached")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving() as made:
        yield made


def run(gateway: Gateway, settle: float = 0) -> list[Check]:
    checks = smoke_tests(gateway.url, settle_seconds=settle)
    told = json.dumps([check.as_dict() for check in checks])
    assert TOKEN not in told
    assert PASSWORD not in told
    return checks


def test_the_calls_of_the_specification_are_made_in_order_and_the_user_is_removed(
    gateway: Gateway,
) -> None:
    checks = run(gateway)
    assert [check.name for check in checks if check.passed] == [*NAMES, "remove the user"]
    assert gateway.asked == [
        "POST /auth/register",
        "POST /auth/login",
        "GET /users/me",
        "POST /auth/validate",
        "GET /airtable/bases",
        f"DELETE /users/{USER}",
    ]
    assert not gateway.users
    assert all(check.latency_ms is not None and check.latency_ms > 0 for check in checks)


def test_each_run_has_a_user_of_its_own() -> None:
    assert re.fullmatch(r"smoke-[0-9a-f]{16}@example\.com", new_email())
    assert new_email() != new_email()


REFUSED = error(500, "internal_error", "Something went wrong")
# The call that fails, its answer, the check that fails, and what it tells.
FAILURES: list[tuple[str, Response, str, str]] = [
    ("POST /auth/register", REFUSED, "register", "500 instead of 201: internal_error: Something"),
    ("POST /auth/register", JSONResponse({}, 201), "register", "the answer holds no id"),
    ("POST /auth/register", JSONResponse([], 201), "register", "the answer is no JSON object"),
    ("POST /auth/login", error(401), "login", "401 instead of 200: unauthorized: No"),
    ("POST /auth/login", JSONResponse({}), "login", "the answer holds no access_token"),
    ("GET /users/me", PlainTextResponse(TOKEN, 502), "own profile", "without our error's shape"),
    ("GET /users/me", JSONResponse({"email": "b@x"}), "own profile", "another user's"),
    ("GET /users/me", PlainTextResponse(TOKEN), "own profile", "the answer is no JSON"),
    ("POST /auth/validate", JSONResponse({"valid": False}), "validate token", "for nobody"),
    ("POST /auth/validate", JSONResponse({"valid": True}), "validate token", "another user"),
    ("GET /airtable/bases", JSONResponse({}), "Airtable bases", "no list of bases"),
    ("GET /airtable/bases", error(503, "airtable_not_configured"), "Airtable bases", "503 instead"),
]


@pytest.mark.parametrize(("call", "answer", "name", "tells"), FAILURES)
def test_a_call_that_fails_is_told_and_the_following_are_skipped(
    gateway: Gateway, call: str, answer: Response, name: str, tells: str
) -> None:
    gateway.spoil(call, answer)
    checks = {check.name: check for check in run(gateway)}
    assert checks[name].result == "failed"
    assert tells in checks[name].detail
    position = NAMES.index(name)
    assert all(checks[before].passed for before in NAMES[:position])
    for after in NAMES[position + 1 :]:
        assert checks[after].result == "skipped"
        assert checks[after].detail == f"because {name} failed"
        assert checks[after].latency_ms is None


@pytest.mark.parametrize("call", ["GET /users/me", "POST /auth/validate", "GET /airtable/bases"])
def test_the_user_is_removed_also_when_a_call_fails(gateway: Gateway, call: str) -> None:
    gateway.spoil(call, REFUSED)
    assert run(gateway)[-1].passed
    assert not gateway.users


def test_a_user_whose_sign_in_failed_once_is_removed_all_the_same(gateway: Gateway) -> None:
    right = JSONResponse({"access_token": TOKEN})
    gateway.spoil("POST /auth/login", REFUSED, right)
    checks = run(gateway)
    assert [check.name for check in checks if check.passed] == ["register", "remove the user"]
    assert not gateway.users


def test_a_user_whose_registration_was_answered_wrong_is_looked_for_and_removed(
    gateway: Gateway,
) -> None:
    email = "smoke-0123456789abcdef@example.com"
    gateway.users.add(email)
    gateway.spoil("POST /auth/register", REFUSED)
    checks = smoke_tests(gateway.url, email, settle_seconds=0)
    assert not checks[0].passed
    assert checks[-1].passed
    assert not gateway.users


def test_a_user_that_cannot_be_removed_fails_the_run(gateway: Gateway) -> None:
    gateway.spoil(f"DELETE /users/{USER}", error(403, "forbidden", "Not you"))
    last = run(gateway)[-1]
    assert (last.name, last.result) == ("remove the user", "failed")
    assert last.detail == "403 instead of 204: forbidden: Not you"


def test_where_nothing_listens_there_is_no_user_to_remove() -> None:
    with serving() as gone:
        url = gone.url
    checks = smoke_tests(url, settle_seconds=0)
    assert [check.name for check in checks] == NAMES
    assert checks[0].detail.startswith("no answer: ")


def test_a_service_that_is_not_reached_yet_is_asked_again_and_that_is_told(
    gateway: Gateway,
) -> None:
    gateway.spoil(
        "GET /airtable/bases", AWAY, Response(status_code=503), JSONResponse({"bases": []})
    )
    checks = {check.name: check for check in run(gateway, settle=10)}
    assert checks["Airtable bases"].passed
    assert checks["Airtable bases"].detail == "answered at attempt 3"


def test_a_service_that_is_never_reached_fails_in_time(gateway: Gateway) -> None:
    gateway.spoil("POST /auth/login", AWAY)
    checks = {check.name: check for check in run(gateway, settle=0.6)}
    assert checks["login"].detail == (
        "503 instead of 200: upstream_unavailable: auth-service cannot be reached"
    )
    assert gateway.asked.count("POST /auth/login") >= 3


def test_another_error_is_not_asked_again(gateway: Gateway) -> None:
    gateway.spoil("GET /users/me", REFUSED)
    run(gateway, settle=5)
    assert gateway.asked.count("GET /users/me") == 1
