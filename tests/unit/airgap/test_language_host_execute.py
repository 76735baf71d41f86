"""How a program's end is told."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

import pulumi
import pytest

from airgap.language_host import execute
from airgap.language_host.processes import ending


def failure(entry: Path) -> BaseException:
    with pytest.raises(Exception) as caught:
        runpy.run_path(str(entry), run_name="__main__")
    return caught.value


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_traceback_begins_with_the_program(as_folder: bool, tmp_path: Path) -> None:
    main = tmp_path / "__main__.py"
    main.write_text("def f():\n    raise ValueError('why')\nf()\n")
    place = tmp_path if as_folder else main
    lines = execute.told(failure(place), place).splitlines()
    assert lines[:2] == [
        "Traceback (most recent call last):",
        f'  File "{main}", line 3, in <module>',
    ]
    assert lines[-1] == "ValueError: why"


def test_the_cause_of_an_error_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('why') from e\n"
    )
    told = execute.told(failure(tmp_path), tmp_path)
    assert "ZeroDivisionError: division by zero" in told
    assert "ValueError: why" in told


def test_a_syntax_error_is_told_by_its_place_alone(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("x = (1,\n")
    told = execute.told(failure(tmp_path), tmp_path)
    assert told.startswith(f'  File "{tmp_path}/__main__.py", line 1')
    assert "runpy" not in told


def test_an_error_outside_the_program_is_told_in_full(tmp_path: Path) -> None:
    try:
        int("x")
    except ValueError as error:
        assert "test_language_host_execute.py" in execute.told(error, tmp_path)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", texts.append)
    return texts


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [(None, 0, []), (0, 0, []), (3, 3, []), (True, 1, []), ("why", 1, ["why"])],
)
def test_an_exit_of_the_program_keeps_its_code_or_its_text(
    asked: object, code: int, told: list[str], logged: list[str]
) -> None:
    assert execute.exit_code(SystemExit(asked)) == code
    assert logged == told


def test_a_text_that_cannot_be_sent_is_escaped(logged: list[str]) -> None:
    assert execute.fail("bad \udcff") == execute.BAIL
    assert logged == ["bad \\udcff"]


def test_an_error_is_printed_when_the_engine_is_gone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(_text: str) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(pulumi.log, "error", gone)
    assert execute.fail("why", 1) == 1
    assert capsys.readouterr().err.startswith("why\n(The engine did not take")


def test_the_command_line_of_the_host_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "execute.py --monitor m --dry_run true --parallel 8 -- . --one -two"
    monkeypatch.setattr(sys, "argv", line.split())
    given: argparse.Namespace = execute.arguments()
    assert (given.monitor, given.dry_run, given.parallel) == ("m", "true", 8)
    assert (given.entry, given.rest) == (".", ["--one", "-two"])


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (3, "program exited with non-zero exit code: 3"),
        (-9, "program was ended by SIGKILL"),
        (-200, "program was ended by signal 200"),
    ],
)
def test_the_end_of_a_program_is_told_in_words(code: int, told: str) -> None:
    assert ending(code) == told
