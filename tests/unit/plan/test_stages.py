"""The steps of a rotation: what goes together, what is gone on with, what is waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from pyairtable_shared.tokens import ACCESS_SECONDS, LEEWAY_SECONDS

from catalog.secrets import TOKEN_SECONDS
from plan.generation import Generation, Stage
from plan.stages import following, goals, not_before

NOW = "2026-01-01T00:00:00+00:00"
BOTH = ("api-key", "jwt-secret")


def stages(generations: dict[str, Generation], wanted: dict[str, int]) -> list[dict[str, str]]:
    """All steps until the end, each as it stands afterwards."""
    found = []
    while step := following(generations, wanted, NOW):
        generations = {**generations, **step}
        found.append({name: f"{each.number} {each.stage}" for name, each in step.items()})
    return found


def test_secrets_that_begin_together_go_together() -> None:
    wanted = goals({}, BOTH)
    assert wanted == {"api-key": 2, "jwt-secret": 2}
    assert stages({}, wanted) == [
        dict.fromkeys(BOTH, f"2 {stage}") for stage in ("accepted", "used", "required", "alone")
    ]


def test_a_rotation_that_was_begun_is_brought_to_its_end_and_no_further() -> None:
    before = {"api-key": Generation(number=3, stage=Stage.USED, since=NOW)}
    assert goals(before, ["api-key"]) == {"api-key": 3}
    assert stages(before, {"api-key": 3}) == [{"api-key": "3 required"}, {"api-key": "3 alone"}]


def test_what_is_behind_catches_up_first() -> None:
    before = {"api-key": Generation(number=2, stage=Stage.USED, since=NOW)}
    assert stages(before, goals(before, BOTH)) == [
        {"jwt-secret": "2 accepted"},
        {"jwt-secret": "2 used"},
        dict.fromkeys(BOTH, "2 required"),
        dict.fromkeys(BOTH, "2 alone"),
    ]


def test_nothing_is_left_to_do_when_nothing_is_wanted() -> None:
    assert following({}, {}, NOW) == {}


def test_an_old_jwt_secret_is_refused_only_when_the_tokens_that_it_signed_are_over() -> None:
    used = {"jwt-secret": Generation(number=2, stage=Stage.USED, since=NOW)}
    step = following(used, {"jwt-secret": 2}, NOW)
    assert not_before(used, step) == datetime.fromisoformat(NOW) + timedelta(seconds=TOKEN_SECONDS)
    assert TOKEN_SECONDS == ACCESS_SECONDS + LEEWAY_SECONDS


def test_every_other_step_may_be_taken_at_once() -> None:
    begun = following({}, {"jwt-secret": 2}, NOW)
    assert not_before({}, begun) is None
    used = {"api-key": Generation(number=2, stage=Stage.USED, since=NOW)}
    assert not_before(used, following(used, {"api-key": 2}, NOW)) is None
