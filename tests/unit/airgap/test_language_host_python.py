"""Which Python the language host runs a program with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airgap.language_host import python
from airgap.language_host.python import InterpreterError, Python, choose

ROOT = Path(__file__).resolve().parents[3]


def made(folder: Path) -> Path:
    executable = folder / "bin" / "python"
    executable.parent.mkdir(parents=True)
    executable.touch()
    return executable


def test_the_virtual_environment_is_taken_from_the_folder_of_pulumi_yaml(tmp_path: Path) -> None:
    executable = made(tmp_path / ".venv")
    assert choose({"virtualenv": ".venv"}, tmp_path).executable == str(executable)


def test_an_absolute_virtual_environment_is_taken_as_it_is(tmp_path: Path) -> None:
    executable = made(tmp_path / "elsewhere")
    chosen = choose({"virtualenv": str(tmp_path / "elsewhere")}, Path("/nowhere"))
    assert chosen.executable == str(executable)


def test_a_missing_virtual_environment_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InterpreterError, match=r"\.venv does not exist\..*pulumi install"):
        choose({"virtualenv": ".venv"}, tmp_path)


def test_a_folder_that_is_no_virtual_environment_is_named(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    with pytest.raises(InterpreterError, match="is not a virtual environment"):
        choose({"virtualenv": ".venv"}, tmp_path)


@pytest.mark.parametrize(
    "options", [{"toolchain": "poetry"}, {"toolchain": "uv"}, {"typechecker": "mypy"}]
)
def test_an_option_that_is_not_supported_is_refused_by_name(options: dict[str, str]) -> None:
    with pytest.raises(InterpreterError, match=next(iter(options))):
        choose(options, Path())


def test_without_a_virtual_environment_the_variable_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "my-python"
    command.touch(mode=0o755)
    monkeypatch.setenv("PULUMI_PYTHON_CMD", str(command))
    assert choose({"toolchain": "pip"}, Path()) == Python(str(command))


def test_without_either_python3_from_the_path_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python3").touch(mode=0o755)
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose({}, Path()).executable == str(tmp_path / "python3")


@pytest.mark.parametrize("asked", [None, "no-such-python"])
def test_a_python_that_is_nowhere_is_told(
    asked: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    if asked:
        monkeypatch.setenv("PULUMI_PYTHON_CMD", asked)
    with pytest.raises(InterpreterError, match=asked or "python3"):
        python.base()


def test_a_program_does_not_see_the_path_to_our_own_modules() -> None:
    ours = {"PYTHONPATH": os.pathsep.join([str(ROOT), "/users/own"])}
    assert Python("python3").variables(ours) == {"PYTHONPATH": "/users/own"}
    assert Python("python3").variables({"PYTHONPATH": str(ROOT)}) == {}
    assert Python("python3").variables({"PYTHONPATH": "/users/own"}) == {"PYTHONPATH": "/users/own"}


def test_a_program_runs_with_its_virtual_environment_active() -> None:
    variables = Python("p", Path("/v")).variables({"PATH": "/usr/bin", "PYTHONHOME": "/x"})
    assert variables == {"PATH": "/v/bin:/usr/bin", "VIRTUAL_ENV": "/v"}
