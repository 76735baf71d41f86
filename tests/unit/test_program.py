"""The program itself: what it does before anything is deployed."""

from __future__ import annotations

import runpy
from pathlib import Path

import pulumi
import pytest

import settings
from components import program
from ops import state
from ops.exits import Exit, Stopped

ROOT = Path(__file__).resolve().parents[2]


def run(monkeypatch: pytest.MonkeyPatch, preview: bool) -> None:
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: preview)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    monkeypatch.setattr(settings, "from_pulumi", lambda root: settings.load("dev", root, {}))
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


@pytest.mark.parametrize(("preview", "copied"), [(False, ["dev"]), (True, [])])
def test_an_update_copies_the_state_before_it_deploys_and_a_preview_does_not(
    monkeypatch: pytest.MonkeyPatch, preview: bool, copied: list[str]
) -> None:
    done: list[str] = []

    def deploys(*arguments: object) -> dict[str, object]:
        assert done == copied
        done.append("deployed")
        return {}

    monkeypatch.setattr(state, "copy_before_up", lambda root, stack: done.append(stack))
    monkeypatch.setattr(program, "deploy", deploys)
    run(monkeypatch, preview)
    assert done == [*copied, "deployed"]


def test_a_state_that_cannot_be_copied_ends_the_update_before_it_touches_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def damaged(root: Path, stack: str) -> None:
        raise Stopped(Exit.FAILED, f"The state of stack {stack} is damaged.")

    def deploys(*arguments: object) -> dict[str, object]:
        pytest.fail("it deployed")

    monkeypatch.setattr(state, "copy_before_up", damaged)
    monkeypatch.setattr(program, "deploy", deploys)
    with pytest.raises(pulumi.RunError, match="The state of stack dev is damaged"):
        run(monkeypatch, preview=False)
