"""Which changes make a new random value, through the real engine."""

from __future__ import annotations

from typing import Any

import pytest

from .random_harness import OFFICIAL, Work

REPLACE = ["create-replacement", "replace", "delete-replaced"]
UPDATE = ["update"]
SAME = ["same"]

# name: (class, arguments before, arguments after, what the engine is to do)
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], list[str]]] = {
    "longer": ("RandomString", {"length": 4}, {"length": 5}, REPLACE),
    "minimum": ("RandomString", {"length": 4}, {"length": 4, "min_lower": 1}, REPLACE),
    "flag": ("RandomString", {"length": 4}, {"length": 4, "upper": False}, REPLACE),
    "default": ("RandomString", {"length": 4}, {"length": 4, "special": True}, SAME),
    "alphabet": ("RandomPassword", {"length": 4}, {"length": 4, "override_special": "-"}, REPLACE),
    "digits": ("RandomPassword", {"length": 4}, {"length": 4, "numeric": False}, REPLACE),
    "bytes": ("RandomId", {"byte_length": 4}, {"byte_length": 5}, REPLACE),
    "prefix": ("RandomId", {"byte_length": 4, "prefix": "x"}, {"byte_length": 4}, REPLACE),
    "words": ("RandomPet", {}, {"length": 3}, REPLACE),
    "separator": ("RandomPet", {}, {"separator": "_"}, REPLACE),
    "keeper-new": ("RandomPet", {}, {"keepers": {"a": "1"}}, REPLACE),
    "keeper-gone": ("RandomPet", {"keepers": {"a": "1"}}, {}, REPLACE),
    "keeper-other": ("RandomPet", {"keepers": {"a": "1"}}, {"keepers": {"a": "2"}}, REPLACE),
    "keeper-same": ("RandomPet", {"keepers": {"a": "1"}}, {"keepers": {"a": "1"}}, SAME),
    "keepers-empty": ("RandomPet", {}, {"keepers": {}}, UPDATE),
}


def program(after: bool) -> str:
    lines = []
    for name, (kind, olds, news, _) in CASES.items():
        arguments = news if after else olds
        lines.append(f"it = random.{kind}({name!r}, **{arguments!r})")
        value = "it.result" if kind in ("RandomString", "RandomPassword") else "it.id"
        lines.append(f"pulumi.export({name!r}, {value})")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a preview says and what the update then does with the values."""
    work = Work.make(tmp_path_factory.mktemp("changes"))
    work.up(program(after=False))
    before = work.outputs()
    plan = work.plan(program(after=True))
    work.up()
    return {"plan": plan, "before": before, "after": work.outputs(), "work": work}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_planned_as_the_official_provider_does(
    name: str, planned: dict[str, Any]
) -> None:
    if OFFICIAL and name == "keepers-empty":
        assert "replace" not in planned["plan"].get(name, SAME)
        return
    assert planned["plan"][name] == CASES[name][3]


@pytest.mark.parametrize("name", CASES)
def test_a_value_changes_only_when_it_is_replaced(name: str, planned: dict[str, Any]) -> None:
    changed = planned["before"][name] != planned["after"][name]
    assert changed == (CASES[name][3] == REPLACE)


def test_after_the_changes_nothing_is_left_to_do(planned: dict[str, Any]) -> None:
    assert f"{len(CASES) + 1} unchanged" in planned["work"].up(program(after=True))


REFUSED = {
    'random.RandomString("it", length=0)': "length",
    'random.RandomString("it", length=2, min_lower=3)': "length",
    'random.RandomString("it", length=2, upper=False, lower=False, special=False, numeric=False)': (
        "special"
    ),
    'random.RandomId("it", byte_length=0)': "byteLength",
}


@pytest.mark.parametrize("line", REFUSED)
def test_wrong_inputs_fail_before_anything_is_made(line: str, planned: dict[str, Any]) -> None:
    told = planned["work"].failing_up(line)
    assert REFUSED[line].lower() in told.lower().replace("_", "")


@pytest.mark.skipif(OFFICIAL, reason="the official provider has these resources")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('random.RandomBytes("it", length=4)', "stands unencrypted in the state. Use RandomPass"),
        ('random.RandomUuid("it")', "RandomUuid is not supported by this random provider"),
    ],
)
def test_a_resource_that_is_not_supported_is_refused(
    line: str, told: str, planned: dict[str, Any]
) -> None:
    assert told in planned["work"].failing_up(line)
