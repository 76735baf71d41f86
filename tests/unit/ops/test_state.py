"""The state is copied before every change."""

from __future__ import annotations

import json

import pytest

from ops import state
from ops.exits import Exit, Stopped

from .conftest import Sandbox

STACK = "pulumi:pulumi:Stack"
SECRET = "4dabf18193072939515e22adb298388d"


def test_without_a_state_nothing_is_copied(sandbox: Sandbox) -> None:
    assert state.copy_before_up(sandbox.root, "dev") is None
    assert state.exists(sandbox.root, "dev") is False


def test_a_stack_that_was_only_made_has_no_state_yet(sandbox: Sandbox) -> None:
    sandbox.checkpoint("dev", None)
    assert state.copy_before_up(sandbox.root, "dev") is None
    assert state.exists(sandbox.root, "dev") is True


def test_a_copy_can_be_imported(sandbox: Sandbox) -> None:
    sandbox.checkpoint("dev", {"resources": [1]})
    made = state.copy_before_up(sandbox.root, "dev")
    assert made is not None
    assert made.parent == sandbox.root / ".state" / "backups" / "dev"
    assert json.loads(made.read_text()) == {"version": 3, "deployment": {"resources": [1]}}
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700


def test_the_same_state_is_copied_once(sandbox: Sandbox) -> None:
    sandbox.checkpoint("dev", {"resources": [1]})
    assert state.copy_before_up(sandbox.root, "dev") == state.copy_before_up(sandbox.root, "dev")
    assert len(state.copies(sandbox.root, "dev")) == 1


def test_the_last_ten_copies_are_kept(sandbox: Sandbox) -> None:
    for number in range(13):
        sandbox.checkpoint("dev", {"resources": [number]})
        state.copy_before_up(sandbox.root, "dev")
    kept = [
        json.loads(each.read_text())["deployment"]["resources"]
        for each in state.copies(sandbox.root, "dev")
    ]
    assert kept == [[number] for number in range(3, 13)]


def test_outputs_are_read_from_the_state_itself(sandbox: Sandbox) -> None:
    other = {"type": "docker:index/container:Container", "outputs": {"name": "postgres"}}
    outputs = {"release": {"id": "R"}}
    sandbox.checkpoint("dev", {"resources": [other, {"type": STACK, "outputs": outputs}]})
    assert state.outputs(sandbox.root, "dev") == outputs
    sandbox.checkpoint("dev", {"resources": [{"type": STACK}]})
    assert state.outputs(sandbox.root, "dev") == {}


@pytest.mark.parametrize(
    "latest",
    [
        None,
        {"resources": []},
        {
            "resources": [
                {"type": STACK, "outputs": {"key": {SECRET: "1b47061264138c4ac30d75fd1e"}}}
            ]
        },
    ],
    ids=["nothing", "no-stack", "secret"],
)
def test_outputs_that_only_the_engine_knows_are_left_to_it(
    sandbox: Sandbox, latest: object
) -> None:
    sandbox.checkpoint("dev", latest)
    assert state.outputs(sandbox.root, "dev") is None
    assert state.outputs(sandbox.root, "other") is None


def test_outputs_of_a_damaged_state_are_left_to_the_engine(sandbox: Sandbox) -> None:
    sandbox.checkpoint("dev", None).write_text('{"version": 3, "check')
    assert state.outputs(sandbox.root, "dev") is None


def test_stacks_have_their_own_copies(sandbox: Sandbox) -> None:
    sandbox.checkpoint("dev", {"resources": [1]})
    sandbox.checkpoint("test", {"resources": [2]})
    state.copy_before_up(sandbox.root, "dev")
    state.copy_before_up(sandbox.root, "test")
    assert len(state.copies(sandbox.root, "dev")) == len(state.copies(sandbox.root, "test")) == 1


def test_one_run_makes_one_copy(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.checkpoint("dev", {"resources": [1]})
    monkeypatch.setenv(state.DONE, "dev")
    assert state.copy_before_up(sandbox.root, "dev") is None
    assert not state.copies(sandbox.root, "dev")
    monkeypatch.setenv(state.DONE, "another")
    assert state.copy_before_up(sandbox.root, "dev") is not None


@pytest.mark.parametrize("damaged", ["{half", "[]", '{"version": 3}'])
def test_a_damaged_state_stops_before_anything_is_touched(sandbox: Sandbox, damaged: str) -> None:
    path = sandbox.checkpoint("dev", {"resources": [1]})
    kept = state.copy_before_up(sandbox.root, "dev")
    path.write_text(damaged)
    with pytest.raises(Stopped) as stopped:
        state.copy_before_up(sandbox.root, "dev")
    assert stopped.value.code is Exit.FAILED
    assert kept is not None
    assert kept.name in stopped.value.message
    assert "dev.json.bak" in stopped.value.message


def test_another_backend_is_asked_for_its_state(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://somewhere")
    monkeypatch.setenv("PATH", f"{sandbox.pulumi.parent}:/usr/bin:/bin")
    sandbox.prints("stack-export", {"version": 3, "deployment": {}})
    made = state.copy_before_up(sandbox.root, "dev")
    assert made is not None
    assert json.loads(made.read_text()) == {"version": 3, "deployment": {}}
    assert state.exists(sandbox.root, "dev") is None


def test_a_backend_that_does_not_answer_stops_the_run(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://somewhere")
    monkeypatch.setenv("PATH", f"{sandbox.pulumi.parent}:/usr/bin:/bin")
    sandbox.fails("stack", 1)
    with pytest.raises(Stopped, match="nothing was touched"):
        state.copy_before_up(sandbox.root, "dev")


def test_a_state_that_is_just_being_written_is_read_when_it_is_whole(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sandbox.checkpoint("dev", {"resources": [1]})
    whole = path.read_text()
    path.write_text(whole[:20])
    monkeypatch.setattr(state.time, "sleep", lambda _: path.write_text(whole))
    assert state.copy_before_up(sandbox.root, "dev") is not None
