"""Turns, failures, bodies and settings of airtable-gateway."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from airtable_gateway.domain.bodies import Create, ListQuery
from airtable_gateway.domain.failures import exhausted, translated
from airtable_gateway.domain.turns import Exhausted, Pace, next_turn
from airtable_gateway.settings import Settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError


@given(st.integers(1, 6), st.lists(st.floats(0.0, 2.0), max_size=60))
def test_no_second_holds_more_turns_than_the_limit(limit: int, gaps: list[float]) -> None:
    pace = Pace(limit, longest_wait=1e9)
    now = 0.0
    turns: list[float] = []
    for gap in gaps:
        now += gap
        turns.insert(0, next_turn(turns, 0.0, now, pace))
        assert turns[0] >= now
    turns.reverse()
    assert turns == sorted(turns)
    for first, after in zip(turns, turns[limit:], strict=False):
        assert after - first >= 1.0


def test_turns_are_given_at_once_until_the_limit() -> None:
    assert next_turn([10.0] * 4, 0.0, 10.0, Pace(5, 40)) == 10.0
    assert next_turn([10.0] * 5, 0.0, 10.0, Pace(5, 40)) > 11.0


def test_a_blocked_base_gives_no_turn_before_its_time() -> None:
    assert next_turn([], 42.0, 10.0, Pace(5, 40)) == 42.0


def failure(status: int, body: Any = None) -> requests.HTTPError:
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.HTTPError(response=response)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (failure(401, {"error": {"type": "X"}}), 502, "airtable_token_rejected"),
        (failure(403, {"error": {"type": "INVALID_PERMISSIONS"}}), 403, "airtable_forbidden"),
        (
            failure(403, {"error": {"type": "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"}}),
            404,
            "airtable_not_found",
        ),
        (failure(404, {"error": "NOT_FOUND"}), 404, "airtable_not_found"),
        (failure(413, {}), 413, "airtable_too_large"),
        (failure(422, {"error": {"type": "X", "message": "why"}}), 422, "airtable_invalid_request"),
        (failure(429, {"errors": []}), 429, "airtable_rate_limited"),
        (failure(500, b"<html>"), 502, "airtable_error"),
        (requests.ConnectionError("no"), 502, "airtable_unreachable"),
        (requests.Timeout("late"), 504, "airtable_timeout"),
    ],
)  # fmt: skip
def test_airtables_failures_have_a_meaning(
    error: requests.RequestException, status: int, code: str
) -> None:
    seen = translated(error)
    assert (seen.status, seen.code) == (status, code)
    assert seen.message.strip()


def test_airtables_own_words_reach_the_caller_of_an_invalid_request() -> None:
    seen = translated(failure(422, {"error": {"type": "X", "message": "Unknown field name: a"}}))
    assert seen.message == "Unknown field name: a"


def test_a_turn_too_far_away_says_when_to_come_back() -> None:
    seen = exhausted(Exhausted(12.2))
    assert (seen.status, seen.headers["Retry-After"]) == (429, "13")


@pytest.mark.parametrize("body", [{}, {"fields": {}, "records": []}, {"records": []}, {"x": 1}])
def test_a_create_is_one_record_or_several(body: Any) -> None:
    with pytest.raises(ValidationError):
        Create.model_validate(body)


def test_a_list_query_becomes_options_of_pyairtable() -> None:
    query = ListQuery(formula="1", sort=["-Name"], page_size=10)
    assert query.options() == {"formula": "1", "sort": ["-Name"], "page_size": 10}


def variables(tmp_path: Path, **more: str) -> dict[str, str]:
    for name in ("api-key", "redis-password"):
        (tmp_path / name).write_text("secret")
    return {
        "API_KEY_FILE": str(tmp_path / "api-key"),
        "REDIS_HOST": "redis",
        "REDIS_USER": "airtable-gateway",
        "REDIS_PASSWORD_FILE": str(tmp_path / "redis-password"),
        **more,
    }


def test_a_missing_token_file_is_no_reason_not_to_start(tmp_path: Path) -> None:
    settings = Settings.from_environment(variables(tmp_path, AIRTABLE_TOKEN_FILE="/no/such"))
    assert settings.airtable_token == ""
    assert Settings.from_environment(variables(tmp_path)).airtable_token == ""


def test_the_token_is_read_anew_each_time(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one\n")
    settings = Settings.from_environment(variables(tmp_path, AIRTABLE_TOKEN_FILE=str(token)))
    assert settings.airtable_token == "one"
    token.write_text("two")
    assert settings.airtable_token == "two"


def test_wrong_settings_stop_the_start_and_are_all_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        Settings.from_environment(
            variables(
                tmp_path, AIRTABLE_API_URL="airtable", AIRTABLE_THREADS="0", API_KEY_FILE="/x"
            )
        )
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert all(name in said for name in ("AIRTABLE_API_URL", "AIRTABLE_THREADS", "API_KEY_FILE"))
