"""A stack's name on an engine is that of one state; others are refused until they adopt it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops import engine as engines
from ops import owner
from ops.cli import app
from ops.exits import Exit
from plan.names import Names
from plan.owner import Owner

from .conftest import Sandbox
from .marks import Engine

NAMES = Names("dev")
MARK = "pyairtable-dev-owner"
OTHER = Owner(id="other", place="/other on host")


@pytest.fixture
def engine(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Engine()
    monkeypatch.setattr(engines, "client", lambda _=None: made)
    return made


def deployed(engine: Engine, mark: Owner | None) -> None:
    """Let a stack be on the engine, with data, and the mark of its owner."""
    for kind, names in (
        (engine.containers, ("postgres", "router")),
        (engine.networks, ("edge",)),
        (engine.volumes, ("postgres-data", "backups", "router-state")),
    ):
        for name in names:
            kind.create(NAMES.of(name), NAMES.labels(name))
    if mark:
        engine.volumes.create(MARK, mark.labels(NAMES))


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(app, [*arguments, "--stack", "dev"], **options)


def marked(engine: Any) -> Owner | None:
    return owner.marked(engine, NAMES)


def claim(engine: Any, sandbox: Sandbox, *known: str) -> str:
    return owner.claim(engine, NAMES, sandbox.root, [NAMES.of(each) for each in known])


def test_the_first_update_marks_the_name_and_later_ones_find_it(
    engine: Engine, sandbox: Sandbox
) -> None:
    assert claim(engine, sandbox) == ""
    found = marked(engine)
    assert found is not None
    assert found.id == owner.own(sandbox.root).id
    assert str(sandbox.root) in found.place
    deployed(engine, None)
    assert claim(engine, sandbox) == ""


def test_the_name_of_another_is_refused_and_its_mark_stays(
    engine: Engine, sandbox: Sandbox
) -> None:
    deployed(engine, OTHER)
    assert "of another checkout (/other on host, since 2026-01-01" in claim(engine, sandbox)
    found = marked(engine)
    assert found is not None
    assert found.id == "other"


def test_of_two_first_updates_at_once_the_engine_lets_one_win(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = engine.volumes.create

    def late(name: str, labels: Any) -> Any:
        create(MARK, OTHER.labels(NAMES))
        return create(name, labels)

    monkeypatch.setattr(engine.volumes, "create", late)
    assert "of another checkout" in claim(engine, sandbox)


def test_what_nobody_has_marked_is_ours_when_the_state_knows_it(
    engine: Engine, sandbox: Sandbox
) -> None:
    deployed(engine, None)
    assert "of another checkout. Nothing" in claim(engine, sandbox, "frontend-blue")
    assert marked(engine) is None
    assert claim(engine, sandbox, "router") == ""


def test_kept_data_that_nobody_has_marked_is_taken_up(engine: Engine, sandbox: Sandbox) -> None:
    engine.volumes.create(NAMES.of("postgres-data"), NAMES.labels("postgres-data"))
    assert claim(engine, sandbox) == ""


def test_a_mark_that_nothing_else_is_left_of_counts_no_more(
    engine: Engine, sandbox: Sandbox
) -> None:
    engine.volumes.create(MARK, OTHER.labels(NAMES))
    assert claim(engine, sandbox) == ""
    assert claim(engine, sandbox) == ""


def test_the_owner_is_the_state_wherever_it_is_kept(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = owner.own(sandbox.root).id
    assert owner.own(sandbox.root).id == first
    assert [each.name for each in (sandbox.root / ".state").glob("*owner*")] == [owner.FILE]
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/shared")
    shared = owner.own(sandbox.root).id
    assert shared not in (first, "")
    assert owner.own(tmp_path / "another-checkout").id == shared
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket?region=a")
    bucket = owner.own(sandbox.root).id
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket?region=b")
    assert owner.own(tmp_path).id == bucket


def test_of_two_who_make_an_owner_up_at_once_both_get_the_first(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = owner.os.link

    def late(half: Path, file: Path) -> None:
        file.write_text("first\n")
        link(half, file)

    monkeypatch.setattr(owner.os, "link", late)
    assert owner.own(sandbox.root).id == "first"
    assert len(list((sandbox.root / ".state").glob("*owner*"))) == 1


@pytest.mark.parametrize(
    "command",
    [
        ["up"],
        ["down"],
        ["down", "--purge", "--yes"],
        ["backup"],
        ["restore", "x", "--yes"],
        ["rollback"],
    ],
)
@pytest.mark.parametrize("mark", [OTHER, None])
def test_no_command_touches_the_stack_of_another_checkout(
    engine: Engine, sandbox: Sandbox, command: list[str], mark: Owner | None
) -> None:
    deployed(engine, mark)
    before = {name: dict(each.named) for name, each in vars(engine).items()}
    done = run(*command)
    assert done.exit_code == Exit.OTHERS
    assert "`platformctl adopt --stack dev`" in done.output
    assert not sandbox.calls()
    assert {name: each.named for name, each in vars(engine).items()} == before


def test_a_preview_says_that_the_update_will_be_refused(engine: Engine, sandbox: Sandbox) -> None:
    sandbox.checkpoint("dev", {})
    deployed(engine, OTHER)
    done = run("preview")
    assert done.exit_code == Exit.OK
    assert "The update will be refused. This Docker Engine already holds stack dev" in done.output


def test_status_says_whose_the_stack_is_when_it_is_not_ours(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(engine, OTHER)
    monkeypatch.setattr("ops.commands.status.containers", lambda *_: [])
    monkeypatch.setattr("ops.commands.status.Router", lambda *_: Away())
    assert "of another checkout (/other on host" in run("status").output
    engine.volumes.get(MARK).remove()
    assert claim(engine, sandbox, "router") == ""
    assert "of another checkout" not in run("status").output


class Away:
    """A router that does not run."""

    runs = False


def test_a_stack_from_before_there_were_marks_is_ours_when_the_state_has_it(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(engine, None)
    sandbox.checkpoint("dev", {"resources": [{"type": "docker:index/container:Container"}]})
    assert run("up").exit_code == Exit.OK
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket")
    sandbox.prints("stack-ls", [{"name": "organization/pyairtable/dev"}])
    assert run("up").exit_code == Exit.OK


def test_adopting_asks_first(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(engine, OTHER)
    assert run("adopt").exit_code == Exit.USAGE
    monkeypatch.setattr("ops.ask.can_ask", lambda: True)
    done = run("adopt", input="other\n")
    assert done.exit_code == Exit.CANCELLED
    assert "removes what another checkout has deployed as stack dev: 2 containers" in done.output
    assert "Kept: pyairtable-dev-backups, pyairtable-dev-postgres-data." in done.output
    assert len(engine.containers.named) == 2
    assert "of another checkout" in claim(engine, sandbox)


@pytest.mark.parametrize("mark", [OTHER, None])
def test_adopting_keeps_the_data_and_makes_the_name_ours(
    engine: Engine, sandbox: Sandbox, mark: Owner | None
) -> None:
    deployed(engine, mark)
    before = list(engine.containers.named.values())
    done = run("adopt", "--yes")
    assert done.exit_code == Exit.OK, done.output
    assert "`platformctl up --stack dev` brings it up with the data" in done.output
    assert all(each.stopped for each in before)
    assert not engine.containers.named
    assert not engine.networks.named
    kept = {NAMES.of("postgres-data"), NAMES.of("backups")}
    assert set(engine.volumes.named) == {*kept, MARK}
    assert run("up").exit_code == Exit.OK
    assert claim(engine, sandbox) == ""


def test_adopting_where_data_alone_was_left_says_what_is_kept(
    engine: Engine, sandbox: Sandbox
) -> None:
    engine.volumes.create(NAMES.of("postgres-data"), NAMES.labels("postgres-data"))
    engine.volumes.create(MARK, OTHER.labels(NAMES))
    found = json.loads(run("adopt", "--yes", "--json").stdout)
    assert found["kept"] == [NAMES.of("postgres-data")]
    assert claim(engine, sandbox) == ""


def test_there_is_nothing_to_adopt_of_our_own(engine: Engine, sandbox: Sandbox) -> None:
    assert claim(engine, sandbox) == ""
    deployed(engine, None)
    done = run("adopt")
    assert done.exit_code == Exit.OK
    assert "holds no stack dev of another checkout" in done.output
    assert len(engine.containers.named) == 2


def test_the_mark_goes_with_the_last_of_the_stack(engine: Engine, sandbox: Sandbox) -> None:
    assert claim(engine, sandbox) == ""
    sandbox.checkpoint("dev", {})
    engine.volumes.create(NAMES.of("postgres-data"), NAMES.labels("postgres-data"))
    assert run("down").exit_code == Exit.OK
    assert MARK in engine.volumes.named
    engine.volumes.get(NAMES.of("postgres-data")).remove()
    assert run("down").exit_code == Exit.OK
    assert not engine.volumes.named
