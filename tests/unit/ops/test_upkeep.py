"""An update's hand on maintenance and on the router's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ops import operations
from ops.operations import Operations
from ops.validation import Check, Report
from plan.change import Change
from plan.interruption import Interruption, Replacement
from plan.resolve import resolve
from settings import load

ROOT = Path(__file__).resolve().parents[3]
REDIS = Replacement(name="redis", image="redis:1", aspects=("limits",), seconds=10, worst=90)


class Router:
    """A router. told: what it and the user were told. left: seconds of maintenance."""

    runs = True

    def __init__(self, left: int | None = None, reloads: bool = False) -> None:
        self.told: list[str] = []
        self.looked: dict[str, Any] = {"services": {}}
        if left is not None:
            self.looked["maintenance"] = left
        self.reloads = reloads

    def look(self) -> dict[str, Any]:
        return self.looked

    def point(self, slots: dict[str, str]) -> None:
        self.told.append(f"point {slots}")

    def shift(self, verb: str) -> None:
        self.told.append(f"shift {verb}")

    def maintain(self, seconds: int) -> None:
        self.told.append(f"maintain {seconds}")

    def reload(self, fingerprint: str) -> bool:
        self.told.append(f"reload {fingerprint}")
        return self.reloads

    def step(self, text: str) -> None:
        self.told.append(text)


class Engine:
    """An engine that has every image."""

    def __init__(self) -> None:
        self.images = self

    def get(self, image: str) -> str:
        return image


def made(router: Any, monkeypatch: pytest.MonkeyPatch) -> Operations:
    monkeypatch.setattr(operations, "Router", lambda engine, names: router)
    monkeypatch.setattr("ops.maintenance.time.sleep", lambda _: None)
    engine: Any = Engine()
    deployment = resolve(load("dev", ROOT, {}), "dev", ROOT)
    return Operations(deployment=deployment, engine=engine, progress=router, root=ROOT)


def test_maintenance_lasts_for_the_worst_that_was_said_and_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    router = Router()
    hand = made(router, monkeypatch)
    hand.let_in()
    assert router.told == []
    interrupts = Interruption(stores=(REDIS,), drain_seconds=5)
    hand.keep_out(interrupts)
    assert router.told[0] == f"maintain {interrupts.worst}"
    hand.let_in()
    assert router.told[-2:] == ["maintain 0", "maintenance has ended"]


@pytest.mark.parametrize(("left", "ended"), [(None, False), (0, False), (30, True)])
def test_maintenance_that_a_killed_update_left_is_ended_by_the_next(
    monkeypatch: pytest.MonkeyPatch, left: int | None, ended: bool
) -> None:
    router = Router(left)
    hand = made(router, monkeypatch)
    hand.settle({"auth-service": "blue"}, {})
    hand.let_in()
    assert ("maintain 0" in router.told) is ended


def test_the_note_of_a_shift_that_a_killed_update_left_is_ended_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    router = Router()
    hand = made(router, monkeypatch)
    hand.settle({"auth-service": "blue"}, {})
    assert router.told == ["point {'auth-service': 'blue'}"]
    router.looked["wish"] = "go"
    hand.settle({"auth-service": "blue"}, {})
    assert router.told[-1] == "shift end"


@pytest.mark.parametrize(
    ("target", "told"), [("blue", []), ("green", ["point {'auth-service': 'green'}"])]
)
def test_traffic_that_is_where_it_has_to_be_is_not_pointed_there_again(
    monkeypatch: pytest.MonkeyPatch, target: str, told: list[str]
) -> None:
    router = Router()
    hand = made(router, monkeypatch)
    good = Check(kind="health", name="a", target="a", result="passed")
    monkeypatch.setattr(operations, "validate", lambda *_: Report((good,)))
    hand.settle({"auth-service": "blue"}, {})
    router.told.clear()
    slots = {"auth-service": target}
    hand.release(Change(before=slots, target=slots, order=("auth-service",)), instant=False)
    assert router.told == ["point {}", *told]


@pytest.mark.parametrize("reloads", [True, False])
def test_a_reload_is_told_of_where_there_was_one(
    monkeypatch: pytest.MonkeyPatch, reloads: bool
) -> None:
    router = Router(reloads=reloads)
    made(router, monkeypatch).reload("abc")
    assert router.told[0] == "reload abc"
    assert (len(router.told) == 2) is reloads
