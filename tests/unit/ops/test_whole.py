"""A return with data brings all back together, and whatever fails, the present is put back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops import engine
from ops.cli import app
from ops.dumps import Backup
from ops.exits import Exit, Stopped
from ops.losses import Loss
from ops.standing import Standing
from plan.release import Release, Schema
from plan.request import REQUEST, VARIABLE, Request

from .conftest import Sandbox
from .kept import release
from .test_rolling_back import Images, Router, kept, locked, updates

OLD, NEW = Schema(revision="0004", oldest="0001"), Schema(revision="0005", oldest="0005")
GOOD = replace(release(1, live=1, schema=OLD), schema_image="pyairtable/migrations:1")
BAD = replace(
    release(2, live=2, idle=1, schema=NEW, backup="b-0004.dump"),
    schema_image="pyairtable/migrations:2",
)


def dump(name: str, revision: str = "0004", *, intact: bool = True) -> Backup:
    time = datetime(2026, 1, 2, tzinfo=UTC)
    return Backup(name=name, time=time, bytes=1, intact=intact, revision=revision)


@dataclass
class Data:
    """The stack's data: its backups, and what a restore does."""

    router: Router
    backups: list[Backup]
    restored: list[tuple[str, str | None]] = field(default_factory=list)
    stops: dict[str, Stopped] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def restore(self, _: Any, backup: Backup, migrations: str | None = None) -> str:
        self.restored.append((backup.name, migrations))
        present = f"present-{len(self.restored)}.dump"
        self.backups.insert(0, dump(present, "0005"))
        if backup.name in self.stops:
            raise self.stops.pop(backup.name)
        return present


@pytest.fixture
def data(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Data:
    router = Router()
    made = Data(router, [dump("b-0004.dump")])

    def standing(_: object) -> Standing:
        slots = {slot: {"state": state} for slot, state in router.states.items()}
        fake: Any = router
        return Standing(engine=engine.client(), router=fake, services={"a": slots})

    monkeypatch.setattr(engine, "client", lambda _=None: Images())
    monkeypatch.setattr(Standing, "of", standing)
    monkeypatch.setattr("ops.dumps.listed", lambda _: list(made.backups))
    monkeypatch.setattr("ops.restoring.restore", made.restore)
    monkeypatch.setattr(
        "ops.losses.losses", lambda *_: [Loss(table="auth.users", rows=9, created=3, changed=None)]
    )
    # The program that is run in place of Pulumi notes what it was asked for.
    script = sandbox.pulumi.read_text()
    note = f'[ "$1" = up ] && printf %s "${VARIABLE}" >"$0.asked"\n'
    sandbox.pulumi.write_text(script.replace("\n", f"\n{note}", 1))
    return made


def back(*arguments: str) -> Result:
    given = ["rollback", "--to", "r1", "--with-data", *arguments, "--stack", "dev"]
    return CliRunner().invoke(app, given)


def asked(sandbox: Sandbox) -> Request:
    return REQUEST.validate_python(json.loads(sandbox.pulumi.with_name("pulumi.asked").read_text()))


def test_data_schema_traffic_and_then_all_that_ran_return_together(
    sandbox: Sandbox, data: Data
) -> None:
    kept(sandbox, BAD, GOOD)
    done = back("--yes")
    assert done.exit_code == Exit.OK, done.output
    assert data.restored == [("b-0004.dump", "pyairtable/migrations:1")]
    assert data.router.pointed == [{"a": "green"}]
    request = asked(sandbox)
    assert {name: each.image for name, each in request.pins.items()} == {
        "a": "pyairtable/a:1",
        "migrations": "pyairtable/migrations:1",
    }
    assert (request.instant, request.returned_to, request.schema) == (True, "r1", "0004")
    assert request.backup == "present-1.dump", "so that it can be returned from"
    assert "`platformctl rollback --to r2 --with-data --stack dev` returns it" in done.output


def test_it_says_what_would_be_lost_and_asks_before_anything_is_touched(
    sandbox: Sandbox, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(sandbox, BAD, GOOD)
    assert back().exit_code == Exit.USAGE
    monkeypatch.setattr("ops.ask.can_ask", lambda: True)
    refused = CliRunner().invoke(
        app, ["rollback", "--to", "r1", "--with-data", "--stack", "dev"], input="no\n"
    )
    assert refused.exit_code == Exit.CANCELLED
    assert "b-0004.dump, begun 2026-01-02 00:00:00 UTC, to stack dev loses:" in refused.output
    assert "auth.users  9         3" in refused.output
    assert "Services that use the database are stopped" in refused.output
    assert not data.restored
    assert not data.router.pointed
    assert not updates(sandbox)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rollback", "a", "--to", "r1", "--with-data"], "returns the whole stack"),
        (["rollback", "--with-data"], "returns the whole stack"),
        (["rollback", "--to", "r2", "--with-data"], "r2 is the live release"),
    ],
)
def test_what_is_no_return_with_data_is_refused(
    sandbox: Sandbox, data: Data, arguments: list[str], said: str
) -> None:
    kept(sandbox, BAD, GOOD)
    done = CliRunner().invoke(app, [*arguments, "--yes", "--stack", "dev"])
    assert done.exit_code == Exit.USAGE
    assert said in done.output
    assert not data.restored


@pytest.mark.parametrize(
    ("backups", "live", "said"),
    [
        ([], BAD, "The data of r1 is in b-0004.dump. There is no backup b-0004.dump"),
        ([dump("b-0004.dump", intact=False)], BAD, "is damaged"),
        ([dump("b-0004.dump", "0003")], BAD, "b-0004.dump has schema 0003, and r1 ran on 0004"),
        ([], replace(BAD, backup=None), "No release since r1 has changed the data"),
    ],
)
def test_without_the_backup_of_then_nothing_is_touched(
    sandbox: Sandbox, data: Data, backups: list[Backup], live: Release, said: str
) -> None:
    data.backups[:] = backups
    kept(sandbox, live, GOOD)
    done = back("--yes")
    assert done.exit_code in (Exit.FAILED, Exit.USAGE)
    assert said in done.output
    assert not data.restored
    assert not updates(sandbox)


@pytest.mark.parametrize("gone", ["pyairtable/a:1", "pyairtable/migrations:1"])
def test_without_the_images_of_then_nothing_is_touched(
    sandbox: Sandbox, data: Data, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    kept(sandbox, BAD, GOOD)
    monkeypatch.setattr(Standing, "has_image", lambda _, reference, ours: reference != gone)
    done = back("--yes")
    assert done.exit_code == Exit.FAILED
    assert f"image {gone} is gone. Nothing was touched." in done.output
    assert not data.restored


def test_a_restore_that_fails_leaves_traffic_and_stack_as_they_were(
    sandbox: Sandbox, data: Data
) -> None:
    kept(sandbox, BAD, GOOD)
    data.stops["b-0004.dump"] = Stopped(Exit.FAILED, "The data of before is back.")
    done = back("--yes")
    assert done.exit_code == Exit.FAILED
    assert not data.router.pointed
    assert not updates(sandbox)


def test_an_interrupted_restore_is_undone(sandbox: Sandbox, data: Data) -> None:
    kept(sandbox, BAD, GOOD)
    data.stops["b-0004.dump"] = Stopped(Exit.CANCELLED, "It was finished first.")
    done = back("--yes")
    assert done.exit_code == Exit.CANCELLED
    assert data.restored[1] == ("present-1.dump", "pyairtable/migrations:2")
    assert data.router.pointed == [{"a": "blue"}]
    assert "Cancelled. The data of before and its traffic are back" in done.output
    assert not updates(sandbox)


def test_traffic_that_cannot_be_moved_undoes_the_return(sandbox: Sandbox, data: Data) -> None:
    kept(sandbox, BAD, GOOD)

    def refuse() -> None:
        if len(data.router.pointed) == 1:
            raise Stopped(Exit.FAILED, "The router refused.")

    data.router.then = refuse
    done = back("--yes")
    assert done.exit_code == Exit.FAILED
    assert data.router.pointed == [{"a": "green"}, {"a": "blue"}]
    assert "The router refused. The data of before and its traffic are back" in done.output
    assert not updates(sandbox)


def test_an_update_that_fails_puts_the_data_and_the_traffic_of_before_back(
    sandbox: Sandbox, data: Data
) -> None:
    kept(sandbox, BAD, GOOD)
    sandbox.fails("up", 255)
    done = back("--yes")
    assert done.exit_code == Exit.FAILED
    assert data.restored == [
        ("b-0004.dump", "pyairtable/migrations:1"),
        ("present-1.dump", "pyairtable/migrations:2"),
    ]
    assert data.router.pointed == [{"a": "green"}, {"a": "blue"}]
    assert "what was written meanwhile is kept as present-2.dump" in done.output
    assert "Returned to" not in done.output


def test_where_the_present_cannot_be_put_back_the_command_that_does_is_told(
    sandbox: Sandbox, data: Data
) -> None:
    kept(sandbox, BAD, GOOD)
    sandbox.fails("up", 255)
    data.stops["present-1.dump"] = Stopped(Exit.FAILED, "The disk is full.")
    done = back("--yes")
    assert "The data of before is not back: The disk is full." in done.output
    assert "`platformctl restore present-1.dump --stack dev`" in done.output


def test_who_updates_in_between_is_not_disturbed(sandbox: Sandbox, data: Data) -> None:
    kept(sandbox, BAD, GOOD)
    data.router.then = lambda: locked(sandbox)
    done = back("--yes")
    assert done.exit_code == Exit.LOCKED
    assert data.restored == [("b-0004.dump", "pyairtable/migrations:1")]
    assert "`platformctl restore present-1.dump --stack dev`" in done.output
