"""What moves in an update, and in which order."""

from __future__ import annotations

from plan.change import Change, Move

CHANGE = Change(
    before={"auth-service": "blue", "api-gateway": "green", "user-service": "blue", "gone": "blue"},
    target={
        "api-gateway": "blue",
        "auth-service": "green",
        "user-service": "blue",
        "frontend": "blue",
    },
    order=("postgres", "auth-service", "user-service", "api-gateway", "frontend"),
)


def test_who_is_called_moves_before_those_who_call() -> None:
    assert CHANGE.moves == (
        Move(service="auth-service", old="blue", new="green"),
        Move(service="api-gateway", old="green", new="blue"),
    )


def test_going_back_leaves_out_what_is_not_deployed_any_more() -> None:
    assert CHANGE.back == {"auth-service": "blue", "api-gateway": "green", "user-service": "blue"}
