"""All secrets of a stack from their first values to their second, one update after the other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from catalog.secrets import ROTATABLE
from plan.release import RELEASE
from plan.stages import following, goals

from .test_platform import Recorded, previewed, wanted

NOW = "2026-01-01T00:00:00+00:00"
UNROTATED = {"release-key", "airtable-token", "gemini-api-key"}


@pytest.fixture(scope="module")
def updates() -> list[tuple[Recorded, dict[str, Any]]]:
    """The first update of a stack, those of the rotation, and one more from the same source."""
    found = [previewed(wanted())]
    goal = goals({}, ROTATABLE)
    while step := following(generations(found[-1][1]), goal, NOW):
        found.append(previewed(wanted(), found[-1][1], step))
    found.append(previewed(wanted(), found[-1][1]))
    return found


def generations(outputs: Mapping[str, Any]) -> Any:
    return RELEASE.validate_python(outputs["release"]).generations


def shown(container: Any) -> dict[str, Any]:
    """What makes the engine replace a container."""
    return dict(container.inputs)


def test_it_takes_four_updates_and_a_further_one_changes_nothing(
    updates: list[tuple[Recorded, dict[str, Any]]],
) -> None:
    assert len(updates) == 6
    stages = [{str(each.stage) for each in generations(out).values()} for _, out in updates]
    assert stages == [set(), {"accepted"}, {"used"}, {"required"}, {"alone"}, {"alone"}]
    last, further = updates[-2:]
    assert further[1]["release"] == last[1]["release"]
    containers, same = last[0].of_type("Container"), further[0].of_type("Container")
    assert {name: shown(each) for name, each in same.items()} == {
        name: shown(each) for name, each in containers.items()
    }


def test_stores_and_router_are_the_same_containers_throughout(
    updates: list[tuple[Recorded, dict[str, Any]]],
) -> None:
    for name in ("postgres", "redis", "router"):
        first, *others = [shown(each.of_type("Container")[name]) for each, _ in updates]
        assert all(other == first for other in others), name


def test_a_slot_with_traffic_is_never_replaced(
    updates: list[tuple[Recorded, dict[str, Any]]],
) -> None:
    for (before, outputs), (after, _) in pairwise(updates):
        for service, each in outputs["services"].items():
            name = f"{service}-{each['slot']}"
            for live in (name, f"{name}-secrets-writer"):
                was, is_now = before.of_type("Container"), after.of_type("Container")
                assert shown(is_now[live]) == shown(was[live]), live


def test_in_the_end_no_old_value_is_anywhere(
    updates: list[tuple[Recorded, dict[str, Any]]],
) -> None:
    made = [set(each.of_type("RandomPassword")) for each, _ in updates]
    old = made[0] - UNROTATED
    # The superuser has one password, which changes as soon as the new one is used.
    assert old <= made[1]
    assert all(old - {"postgres-password"} <= each for each in made[2:4])
    assert made[-1] == {f"{name}-2" for name in old} | UNROTATED
    writers = str([each.inputs for each in updates[-1][0].of_type("Container").values()])
    assert not any(f"generated-{name}'" in writers for name in old)
    assert "generated-api-key-2'" in writers
