"""A rollback moves traffic first and records it then; whatever fails, it says where traffic is."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops import engine
from ops.cli import app
from ops.exits import Exit
from ops.standing import Standing
from plan.container import CONTAINER
from plan.release import RELEASE, Release, Schema

from .conftest import Sandbox
from .kept import both, records, release
from .marks import Engine

FAST, OLD = release(3, live=3, idle=2), (release(2, live=2), release(1, live=1))


@dataclass
class Router:
    """Notes where it was told to send traffic. states: of the slots of service a."""

    states: dict[str, str] = field(default_factory=lambda: {"blue": "UP", "green": "UP"})
    pointed: list[Mapping[str, str]] = field(default_factory=list)
    then: Callable[[], object] = lambda: None
    note: dict[str, Any] | None = None
    runs: bool = True

    def point(self, slots: Mapping[str, str]) -> None:
        self.pointed.append(dict(slots))
        self.then()

    def shift(self) -> dict[str, Any] | None:
        return self.note


class Images(Engine):
    """An engine that has every image."""

    class images:
        @staticmethod
        def get(reference: str) -> str:
            return reference


@pytest.fixture
def router(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Router:
    made = Router()

    def standing(_: object) -> Standing:
        slots = {slot: {"state": state} for slot, state in made.states.items()}
        fake: Any = made
        return Standing(engine=engine.client(), router=fake, services={"a": slots, "b": slots})

    monkeypatch.setattr(engine, "client", lambda _=None: Images())
    monkeypatch.setattr(Standing, "of", standing)
    monkeypatch.setattr("ops.commands.rollback.Router", lambda *_: made)
    return made


def kept(sandbox: Sandbox, *found: Release) -> None:
    """Write a state whose outputs hold these releases."""
    known = records(*found)
    live = RELEASE.dump_python(known.live, mode="json")
    idle = [each for one in known.live.services.values() for each in one.slots.values()]
    containers = {each.digest: CONTAINER.dump_python(each, mode="json") for each in idle}
    outputs = {
        "release": live,
        "releases": list(known.summaries),
        "containers": {**known.containers, **containers},
    }
    resource = {"type": "pulumi:pulumi:Stack", "outputs": outputs}
    sandbox.checkpoint("dev", {"resources": [resource]})


def rollback(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rollback", *arguments, "--stack", "dev"])


def updates(sandbox: Sandbox) -> list[str]:
    return [call for call in sandbox.calls() if call.startswith("up ")]


def test_traffic_moves_at_once_and_is_recorded_then(sandbox: Sandbox, router: Router) -> None:
    kept(sandbox, FAST, *OLD)
    router.then = lambda: router.pointed.append({"updates": str(len(updates(sandbox)))})
    done = rollback()
    assert done.exit_code == Exit.OK
    assert "Returning a to release r2 (instantly)." in done.output
    assert router.pointed == [{"a": "green"}, {"updates": "0"}]
    assert len(updates(sandbox)) == 1


def test_what_does_not_stand_is_deployed_again(sandbox: Sandbox, router: Router) -> None:
    kept(sandbox, FAST, *OLD)
    done = rollback("--to", "r1")
    assert "Returning a to release r1 (redeploy)." in done.output
    assert "All traffic" not in done.output
    assert router.pointed == [{}]
    assert len(updates(sandbox)) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "r3"], Exit.OK, "nothing is to be returned"),
        (["--to", "r9"], Exit.USAGE, "no such release is kept"),
        (["z"], Exit.USAGE, "The live release has no z; it has a"),
        (["b", "--to", "r1"], Exit.USAGE, "Release r1 has no b; it has a"),
    ],
)
def test_what_cannot_be_returned_touches_nothing(
    sandbox: Sandbox, router: Router, arguments: list[str], code: Exit, said: str
) -> None:
    kept(sandbox, *((both(3, a=3, b=1),) if arguments[0] == "b" else (FAST,)), *OLD)
    done = rollback(*arguments)
    assert done.exit_code == code
    assert said in done.output
    assert not any(router.pointed)
    assert not updates(sandbox)


def test_a_release_whose_image_is_gone_is_refused(
    sandbox: Sandbox, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(sandbox, FAST, *OLD)
    monkeypatch.setattr(Standing, "has_image", lambda *_: False)
    done = rollback("--to", "r1")
    assert done.exit_code == Exit.FAILED
    assert "r1 cannot be returned to: image pyairtable/a:1 is gone. Nothing" in done.output
    assert not router.pointed
    assert not updates(sandbox)


def test_a_release_whose_schema_is_too_old_is_refused_and_the_way_with_data_is_told(
    sandbox: Sandbox, router: Router
) -> None:
    now, then = Schema(revision="0005", oldest="0005"), Schema(revision="0004", oldest="0001")
    bad = release(2, live=2, idle=1, schema=now, backup="b.dump")
    kept(sandbox, bad, release(1, live=1, schema=then))
    done = rollback("--to", "r1")
    assert done.exit_code == Exit.FAILED
    assert "the database is at 0005, which programs of 0004 cannot work with" in done.output
    assert "`platformctl rollback --to r1 --with-data --stack dev`" in done.output
    assert not router.pointed
    assert not updates(sandbox)
    listed = CliRunner().invoke(app, ["releases", "--stack", "dev"])
    assert "with data" in listed.output
    assert "a:1" in listed.output


def test_when_the_record_fails_traffic_stays_back_and_the_way_on_is_told(
    sandbox: Sandbox, router: Router
) -> None:
    kept(sandbox, FAST, *OLD)
    sandbox.fails("up", 255)
    done = rollback("a")
    assert done.exit_code == Exit.FAILED
    assert router.pointed == [{"a": "green"}, {"a": "green"}]
    assert "traffic of a stays on the earlier version" in done.output
    assert "`platformctl rollback a --to r2 --stack dev`" in done.output
    assert "`platformctl rollback --stack dev`" not in done.output


def test_a_version_that_is_not_well_any_more_gets_no_traffic_again(
    sandbox: Sandbox, router: Router
) -> None:
    kept(sandbox, FAST, *OLD)
    sandbox.fails("up", 255)
    router.then = lambda: router.states.update(green="DOWN")
    done = rollback("a")
    assert router.pointed == [{"a": "green"}, {}]
    assert "The earlier version of a is not well any more." in done.output


def test_who_comes_between_decides_where_traffic_goes(sandbox: Sandbox, router: Router) -> None:
    kept(sandbox, FAST, *OLD)
    router.then = lambda: locked(sandbox)
    done = rollback("a")
    assert done.exit_code == Exit.LOCKED
    assert router.pointed == [{"a": "green"}]
    assert "was moved, but that is not recorded" in done.output
    assert not updates(sandbox)


def test_a_shift_that_holds_the_lock_is_aborted_instead(sandbox: Sandbox, router: Router) -> None:
    kept(sandbox, FAST, *OLD)
    locked(sandbox)
    router.note = {"services": ["a"], "who": f"ann@{socket.gethostname()}", "pid": os.getpid()}
    done = rollback("a")
    assert done.exit_code == Exit.LOCKED
    assert "`platformctl abort --stack dev` takes that back at once" in done.output
    assert not router.pointed
    router.note = {**router.note, "pid": 2**22 + 1}
    assert "platformctl abort" not in rollback("a").output


def locked(sandbox: Sandbox) -> None:
    sandbox.lock(
        "dev",
        pid=os.getpid(),
        username="ann",
        hostname=socket.gethostname(),
        timestamp="2026-11-23T21:03:21Z",
    )
