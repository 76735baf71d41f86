"""What commands do before and after Pulumi and Docker, and how they end."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

import pytest
from docker.errors import NotFound
from typer.testing import CliRunner, Result

from ops import engine
from ops.cli import app
from ops.exits import Exit, Stopped

from .conftest import Sandbox

NOWHERE = "unix:///nonexistent/docker.sock"
OUTPUTS = {
    "endpoints": {"api-gateway": "http://127.0.0.1:8080"},
    "services": {"api-gateway": {"slot": "blue", "image": "g:1"}},
    "release": {"id": "r1", "time": "t", "revision": "abc"},
}


class Volume:
    def __init__(self, name: str, component: str) -> None:
        self.name = name
        self.attrs = {"Labels": {"com.pyairtable.component": component}}

    def remove(self) -> None:
        Engine.removed.append(self.name)
        Engine.kept.remove(self)


class Engine:
    """An engine with nothing but a stack's volumes, and the images of an older release."""

    kept: list[Volume]
    removed: list[str]
    tags: list[str]

    def ping(self) -> bool:
        return True

    class containers:
        @staticmethod
        def list(**_: Any) -> list[Any]:
            return []

        @staticmethod
        def get(name: str) -> Any:
            raise NotFound(name)

    class networks:
        @staticmethod
        def list(**_: Any) -> list[Any]:
            return []

    class volumes:
        @staticmethod
        def get(name: str) -> Volume:
            raise NotFound(name)

        @staticmethod
        def list(**_: Any) -> list[Volume]:
            return list(Engine.kept)

    class api:
        @staticmethod
        def containers(**_: Any) -> list[Any]:
            return []

        @staticmethod
        def images(**_: Any) -> list[dict[str, Any]]:
            return [{"Id": "sha256:1", "RepoTags": list(Engine.tags)}]

        @staticmethod
        def remove_image(tag: str) -> None:
            Engine.tags.remove(tag)


@pytest.fixture
def there(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox with a Docker Engine."""
    Engine.kept = [
        Volume("pyairtable-dev-postgres-data", "postgres-data"),
        Volume("pyairtable-dev-backups", "backups"),
        Volume("pyairtable-dev-router-state", "router-state"),
    ]
    Engine.removed = []
    Engine.tags = [
        "pyairtable/redis:0000000000aa",
        "pyairtable-kept/redis:0000000000aa.dev",
        "pyairtable/redis:0000000000bb",
        "pyairtable-kept/redis:0000000000bb.dev",
        "pyairtable-kept/redis:0000000000bb.other",
    ]
    monkeypatch.setattr(engine, "client", lambda _=None: Engine())
    return sandbox


@pytest.fixture
def away(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox without a Docker Engine."""
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    return sandbox


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(app, list(arguments), **options)


def test_up_runs_pulumi_and_shows_where_the_stack_is_reached(there: Sandbox) -> None:
    there.checkpoint("dev", {"resources": []})
    there.prints("stack-output", OUTPUTS)
    done = run("up", "--stack", "dev")
    assert done.exit_code == Exit.OK
    assert "api-gateway  http://127.0.0.1:8080  blue  g:1" in done.output
    assert "release r1" in done.output
    (up,) = [call for call in there.calls() if call.startswith("up")]
    assert "--yes --skip-preview" in up
    assert "--stack dev" in up
    assert "--non-interactive" in up
    assert len(list((there.root / ".state/backups/dev").iterdir())) == 1


def test_an_update_gives_way_to_what_serves_and_a_preview_need_not(
    there: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYAIRTABLE_NICE", raising=False)
    there.checkpoint("dev", {})
    there.prints("stack-output", OUTPUTS)
    noting = there.pulumi.read_text().replace("exit 0\n", 'nice >>"$0.$1.nice"\nexit 0\n')
    there.pulumi.write_text(noting)
    for command in ("up", "preview"):
        assert run(command, "--stack", "dev").exit_code == Exit.OK
    nice = {
        command: int(there.pulumi.with_name(f"pulumi.{command}.nice").read_text())
        for command in ("up", "preview")
    }
    assert nice["preview"] == os.nice(0)
    assert nice["up"] == min(os.nice(0) + 10, 19)


def test_a_wrong_wish_of_how_far_to_give_way_stops_an_update(
    there: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYAIRTABLE_NICE", "much")
    there.checkpoint("dev", {})
    done = run("up", "--stack", "dev")
    assert done.exit_code == Exit.USAGE
    assert "PYAIRTABLE_NICE is 'much'" in done.output


def test_up_as_json_prints_the_outputs_and_nothing_else(there: Sandbox) -> None:
    there.checkpoint("dev", {})
    there.prints("stack-output", OUTPUTS)
    done = run("up", "-s", "dev", "--json")
    assert json.loads(done.stdout) == {"stack": "dev", "outputs": OUTPUTS}


def test_the_first_up_makes_the_stack(there: Sandbox) -> None:
    assert run("up", "-s", "dev").exit_code == Exit.OK
    assert there.calls()[0].startswith("stack init dev --no-select --secrets-provider passphrase")


def test_a_stack_that_cannot_be_made_stops_the_run(there: Sandbox) -> None:
    there.fails("stack", 1)
    assert run("up", "-s", "dev").exit_code == Exit.FAILED
    assert not [call for call in there.calls() if call.startswith("up")]


@pytest.mark.parametrize(
    ("code", "ends"), [(1, Exit.FAILED), (255, Exit.FAILED), (8, Exit.CANCELLED)]
)
def test_up_ends_as_pulumi_does_and_says_what_to_do_next(
    there: Sandbox, code: int, ends: Exit
) -> None:
    there.checkpoint("dev", {})
    there.fails("up", code)
    done = run("up", "-s", "dev")
    assert done.exit_code == ends
    assert "`platformctl up --stack dev`" in done.output


@pytest.mark.parametrize("command", ["up", "preview", "plan", "down", "validate", "backup"])
def test_wrong_settings_are_told_before_anything_is_touched(there: Sandbox, command: str) -> None:
    stored = there.root / ".state" / "stacks" / "Pulumi.dev.yaml"
    stored.parent.mkdir()
    stored.write_text(
        "config:\n  pyairtable:entry:\n    gatewayPort: 99999\n  pyairtable:health:\n    x: 1\n"
    )
    done = run(command, "-s", "dev")
    assert done.exit_code == Exit.USAGE
    assert "entry.gatewayPort" in done.output
    assert "health.x" in done.output
    assert not there.calls()


@pytest.mark.parametrize("command", ["up", "down", "status", "validate", "backup", "backups"])
def test_without_an_engine_one_paragraph_says_what_to_do(away: Sandbox, command: str) -> None:
    done = run(command, "-s", "dev")
    assert done.exit_code == Exit.NO_ENGINE
    assert NOWHERE in done.output
    assert "platformctl preview" in done.output
    assert "\n" not in done.output.strip()
    assert not away.calls()


def test_preview_works_without_an_engine(away: Sandbox) -> None:
    away.checkpoint("dev", {})
    done = run("preview", "-s", "dev")
    assert done.exit_code == Exit.OK
    assert "--refresh=false" in away.calls()[-1]


def test_preview_passes_its_options_on(there: Sandbox) -> None:
    there.checkpoint("dev", {})
    run("preview", "-s", "dev", "--diff", "--expect-no-changes", "--json")
    assert there.calls()[-1].startswith(
        "preview --json --diff --expect-no-changes --stack dev --non-interactive"
    )
    there.fails("preview", 7)
    assert run("preview", "-s", "dev").exit_code == Exit.FAILED


@pytest.mark.parametrize("command", [["up"], ["down"], ["backup"], ["rollback"], ["restore", "x"]])
def test_a_held_lock_stops_the_run(there: Sandbox, command: list[str]) -> None:
    there.checkpoint("dev", {})
    there.lock(
        "dev",
        pid=os.getpid(),
        username="ann",
        hostname=socket.gethostname(),
        timestamp="2026-11-23T21:03:21Z",
    )
    done = run(*command, "-s", "dev")
    assert done.exit_code == Exit.LOCKED
    assert f"process {os.getpid()} of ann" in done.output
    assert not there.calls()


def test_a_stale_lock_is_removed_and_told(there: Sandbox) -> None:
    there.checkpoint("dev", {})
    there.lock(
        "dev",
        pid=2**22 + 1,
        username="ann",
        hostname=socket.gethostname(),
        timestamp="2026-11-23T21:03:21Z",
    )
    done = run("up", "-s", "dev")
    assert done.exit_code == Exit.OK
    assert "that process is gone" in done.output
    assert there.calls()[0].startswith("cancel --yes --stack dev")


def test_down_keeps_the_data(there: Sandbox) -> None:
    there.checkpoint("dev", {})
    done = run("down", "-s", "dev")
    assert done.exit_code == Exit.OK
    assert "Kept: pyairtable-dev-backups, pyairtable-dev-postgres-data." in done.output
    assert not Engine.removed
    assert [call.split()[0] for call in there.calls()] == ["destroy"]
    assert "--exclude-protected" in there.calls()[0]


def test_purging_asks_for_the_stacks_name(there: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.ask.can_ask", lambda: True)
    there.checkpoint("dev", {})
    refused = run("down", "--purge", "-s", "dev", input="yes\n")
    assert refused.exit_code == Exit.CANCELLED
    assert not there.calls()
    done = run("down", "--purge", "-s", "dev", input="dev\n")
    assert done.exit_code == Exit.OK
    assert len(Engine.removed) == 3
    assert not Engine.kept
    assert Engine.tags == [
        "pyairtable/redis:0000000000bb",
        "pyairtable-kept/redis:0000000000bb.other",
    ]
    assert "pyairtable/redis:0000000000aa" in done.output


def test_purging_where_nobody_can_be_asked_needs_a_yes(there: Sandbox) -> None:
    there.checkpoint("dev", {})
    assert run("down", "--purge", "-s", "dev").exit_code == Exit.USAGE
    assert not Engine.removed
    assert run("down", "--purge", "--yes", "-s", "dev").exit_code == Exit.OK
    assert len(Engine.removed) == 3


def test_protected_data_is_not_purged(there: Sandbox) -> None:
    stored = there.root / ".state" / "stacks" / "Pulumi.dev.yaml"
    stored.parent.mkdir()
    stored.write_text("config:\n  pyairtable:stores:\n    postgres:\n      protect: true\n")
    done = run("down", "--purge", "--yes", "-s", "dev")
    assert done.exit_code == Exit.FAILED
    assert not Engine.removed
    assert not there.calls()


def test_data_that_the_settings_do_not_keep_is_asked_for_without_purge_too(there: Sandbox) -> None:
    stored = there.root / ".state" / "stacks" / "Pulumi.dev.yaml"
    stored.parent.mkdir()
    stored.write_text("config:\n  pyairtable:stores:\n    postgres:\n      retainOnDelete: false\n")
    done = run("down", "-s", "dev")
    assert done.exit_code == Exit.USAGE
    assert "pyairtable-dev-postgres-data" in done.output
    assert not there.calls()


def test_status_of_a_stack_that_is_not_deployed(there: Sandbox) -> None:
    done = run("status", "-s", "dev")
    assert done.exit_code == Exit.OK
    assert "Nothing of stack dev is deployed" in done.output
    as_json = json.loads(run("status", "-s", "dev", "--json").stdout)
    assert (as_json["deployed"], as_json["components"]) == (False, [])


def test_status_tells_what_is_missing(there: Sandbox) -> None:
    there.checkpoint("dev", {})
    there.prints("stack-output", OUTPUTS)
    done = run("status", "-s", "dev")
    assert "missing" in done.output
    assert "Release r1 of revision abc." in done.output


def test_status_tells_of_a_rotation_that_is_not_finished_and_how_to_go_on(there: Sandbox) -> None:
    def generations(*stages: str) -> None:
        names = ("api-key", "jwt-secret", "redis-password")
        found = {name: {"stage": stage} for name, stage in zip(names, stages, strict=True)}
        release = {**OUTPUTS["release"], "generations": found}
        there.prints("stack-output", {**OUTPUTS, "release": release})

    there.checkpoint("dev", {})
    generations("used", "alone", "accepted")
    done = run("status", "-s", "dev")
    assert "Rotation is not finished: api-key used, redis-password accepted." in done.output
    assert "`platformctl rotate api-key redis-password --stack dev` goes on" in done.output
    shown = json.loads(run("status", "-s", "dev", "--json").stdout)
    assert shown["rotation"] == {"api-key": "used", "redis-password": "accepted"}
    generations("alone", "alone", "alone")
    assert "Rotation" not in run("status", "-s", "dev").output


def test_plan_needs_neither_engine_nor_pulumi(away: Sandbox) -> None:
    done = run("plan", "-s", "dev")
    assert done.exit_code == Exit.OK
    assert "frontend" in done.output
    assert json.loads(run("plan", "-s", "dev", "--json").stdout)["steps"][0]["phase"] == (
        "foundations"
    )
    assert not away.calls()


def test_a_picture_without_graphviz_is_explained(
    away: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(away.root))
    done = run("plan", "-s", "dev", "--svg", "plan.svg")
    assert done.exit_code == Exit.FAILED
    assert "Install the package `graphviz`" in done.output
    assert not (away.root / "plan.svg").exists()


def test_without_pulumi_the_set_up_is_named(
    there: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.pulumi.unlink()
    monkeypatch.setenv("PATH", str(there.root))
    done = run("up", "-s", "dev")
    assert done.exit_code == Exit.FAILED
    assert "make setup" in done.output


@pytest.mark.parametrize("wrong", [["nonsense"], ["up", "--nonsense"], ["logs"], ["restore"]])
def test_wrong_usage_has_its_own_code(sandbox: Sandbox, wrong: list[str]) -> None:
    assert run(*wrong).exit_code == Exit.USAGE


def test_an_interruption_has_its_own_code(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.commands.plan.find", interrupted)
    assert run("plan").exit_code == Exit.CANCELLED


def test_what_the_operating_system_said_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.client.cache_clear()
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    with pytest.raises(Stopped, match="no such file or directory"):
        engine.client()
    with pytest.raises(Stopped, match="nonsense"):
        engine.client("nonsense")
