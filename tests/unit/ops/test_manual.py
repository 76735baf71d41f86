"""The manual says what the program does."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ops import cli, manual
from ops.cli import app
from ops.exits import MEANINGS, Exit

from .conftest import ROOT

COMMANDS = [
    "up",
    "preview",
    "status",
    "validate",
    "plan",
    "logs",
    "releases",
    "diff",
    "release",
    "rollback",
    "rotate",
    "unpin",
    "pause",
    "resume",
    "abort",
    "admin",
    "adopt",
    "backup",
    "backups",
    "report",
    "restore",
    "down",
    "exec",
]

WITHOUT_RESULT = ("logs", "exec", "pause", "resume", "abort")


def help_of(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"], terminal_width=200)
    assert done.exit_code == 0
    return done.output


def test_the_manual_is_up_to_date() -> None:
    """`python -m ops.manual` makes it anew."""
    assert (ROOT / manual.FILE).read_text() == manual.manual()


def test_every_command_is_there_and_in_the_manual() -> None:
    assert sorted(cli.COMMANDS) == sorted(COMMANDS)
    for name in COMMANDS:
        assert f"## `platformctl {name}`" in manual.manual()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_takes_a_stack(name: str) -> None:
    assert "--stack" in help_of(name)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in WITHOUT_RESULT])
def test_every_command_with_a_result_gives_json(name: str) -> None:
    assert "--json" in help_of(name)


def test_every_exit_code_has_a_meaning_and_stands_in_the_help() -> None:
    assert set(MEANINGS) == set(Exit)
    told = " ".join(help_of().split())
    assert all(f"{code.value} {meaning}" in told for code, meaning in MEANINGS.items())
