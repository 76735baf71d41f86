"""The checklist is ticked by evidence, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ops.report.checklist import checklist
from ops.report.data import Item
from ops.report.seen import Job, Seen
from ops.shift.sample import Sample
from ops.validation import Check
from plan.change import Change
from plan.resolve import resolve
from settings import load

from .example import samples

DEPLOYMENT = resolve(load("dev", Path(__file__).resolve().parents[4], {}), "dev", Path.cwd())
NAMES = [each.service.name for each in DEPLOYMENT.services]
BEFORE = dict.fromkeys(NAMES, "blue")
CHANGE = Change(before=BEFORE, target=BEFORE | {"auth-service": "green"}, order=tuple(NAMES))
GOOD = Seen(
    networks={
        "pyairtable-dev-edge": False,
        "pyairtable-dev-egress": False,
        "pyairtable-dev-app": True,
        "pyairtable-dev-data": True,
        "pyairtable-dev-observability": True,
    },
    volumes=frozenset(
        f"pyairtable-dev-{name}"
        for name in ("postgres-data", "redis-data", "backups", "router-state")
    ),
    environments={"a": ("API_KEY_FILE=/run/secrets/api-key", "URL=http://b:80/x", "EMPTY=")},
    migrations=Job(image=DEPLOYMENT.migrations.image, exit_code=0, finished="2026-11-24T02:56:52Z"),
    slots={"auth-service": {"blue": {"state": "UP", "weight": 0}}},
)


def check(kind: str, name: str, result: str = "passed") -> Check:
    return Check(kind=kind, name=name, target=name, result=result, latency_ms=1.5)


CHECKS = [
    *(check("health", name) for name in ("postgres", "redis", *NAMES, "router")),
    check("smoke", "login"),
]
QUIET = tuple(replace(each, errors=0, all_errors=0) for each in samples())


def items(
    seen: Seen = GOOD,
    checks: list[Check] = CHECKS,
    moved: tuple[Sample, ...] = QUIET,
    change: Change = CHANGE,
) -> dict[str, Item]:
    return {each.title: each for each in checklist(DEPLOYMENT, change, seen, checks, moved)}


def test_a_good_release_has_every_item_ticked_with_its_evidence() -> None:
    found = items()
    assert [item.title for item in found.values() if item.ticked is not True] == []
    assert all(item.evidence for item in found.values())
    assert len(found) == 9
    assert "1 name a file below /run/secrets" in found["Secrets not in the environment"].evidence
    assert "4640 requests and 0 errors" in found["No failed request while traffic moved"].evidence


@pytest.mark.parametrize(
    ("title", "seen"),
    [
        ("Networks", replace(GOOD, networks={})),
        ("Networks", replace(GOOD, networks={**GOOD.networks, "pyairtable-dev-data": False})),
        ("Volumes", replace(GOOD, volumes=GOOD.volumes - {"pyairtable-dev-backups"})),
        ("Secrets not in the environment", replace(GOOD, environments={})),
        ("Migrations done", replace(GOOD, migrations=None)),
        ("Migrations done", replace(GOOD, migrations=Job(image="m:0", exit_code=0, finished=""))),
        ("Previous version kept for a rollback", replace(GOOD, slots={})),
    ],
)
def test_what_was_not_found_is_not_ticked(title: str, seen: Seen) -> None:
    found = items(seen)
    assert [item.title for item in found.values() if not item.ticked] == [title]


@pytest.mark.parametrize(
    "variable",
    ["JWT_SECRET=abc", "POSTGRES_PASSWORD=x", "AIRTABLE_TOKEN=p", "URL=postgres://u:pw@host/db"],
)
def test_a_secret_in_the_environment_is_found_and_its_value_not_told(variable: str) -> None:
    name, _, value = variable.partition("=")
    item = items(replace(GOOD, environments={"a": (variable,)}))["Secrets not in the environment"]
    assert (item.ticked, item.evidence) == (False, f"hold a secret: {name} of a")
    assert value not in item.evidence


def test_checks_that_failed_or_were_not_made_are_not_ticked() -> None:
    bad = [check("health", "redis", "failed"), *CHECKS[:1], *CHECKS[2:]]
    assert items(checks=bad)["Stores healthy"].ticked is False
    assert "redis: failed" in items(checks=bad)["Stores healthy"].evidence
    none = items(checks=[])
    titles = ("Stores healthy", "Every service healthy", "Smoke tests passed")
    assert [none[title].ticked for title in titles] == [False] * 3
    assert none["Smoke tests passed"].evidence == "0 of 1 were looked at"


def test_a_failed_request_while_traffic_moved_is_told() -> None:
    item = items(moved=samples())["No failed request while traffic moved"]
    assert (item.ticked, "1 errors" in item.evidence) == (False, True)


def test_what_does_not_apply_is_neither_ticked_nor_missing() -> None:
    still = items(moved=(), change=replace(CHANGE, target=BEFORE))
    assert still["No failed request while traffic moved"].ticked is None
    assert still["Previous version kept for a rollback"].ticked is None
