"""What moves in an update, and in which order."""

from __future__ import annotations

from dataclasses import replace

from plan.change import Change, Move
from plan.promotion import announced
from settings import ReleaseSettings

CHANGE = Change(
    before={"auth-service": "blue", "api-gateway": "green", "user-service": "blue", "gone": "blue"},
    target={
        "api-gateway": "blue",
        "auth-service": "green",
        "user-service": "blue",
        "frontend": "blue",
    },
    order=("postgres", "gone", "auth-service", "user-service", "api-gateway", "frontend"),
)


def test_who_is_called_moves_before_those_who_call() -> None:
    assert CHANGE.moves == (
        Move(service="auth-service", old="blue", new="green"),
        Move(service="api-gateway", old="green", new="blue"),
    )


def test_going_back_leaves_out_what_is_not_deployed_any_more() -> None:
    assert CHANGE.back == {"auth-service": "blue", "api-gateway": "green", "user-service": "blue"}


def test_a_release_says_beforehand_how_long_it_takes_and_how_long_going_back() -> None:
    settings = ReleaseSettings.model_validate(
        {"steps": [10, 50, 100], "pauseSeconds": 30, "guardSeconds": 60}
    )
    told = announced(CHANGE, settings)
    assert told is not None
    assert "Release of auth-service, api-gateway: " in told
    assert "10 %, 50 %, 100 %" in told
    assert "promoted after 120 s" in told
    assert "at worst 121 s" in told


def test_an_update_that_moves_nothing_announces_nothing() -> None:
    assert announced(replace(CHANGE, target=CHANGE.before), ReleaseSettings()) is None
