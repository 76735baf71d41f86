"""Which Python a program runs with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPTIONS = ("virtualenv", "toolchain")
TOOLCHAIN = "pip"


class InterpreterError(Exception):
    """The project's runtime options name no Python that can be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter, and the virtual environment it belongs to, if the project names one."""

    executable: str
    virtualenv: Path | None = None

    def variables(self, ours: Mapping[str, str]) -> dict[str, str]:
        """Return the environment for its processes: ours, with the virtual environment active.

        The path to our own modules is taken out: a program sees what it would see elsewhere.
        """
        variables = dict(ours)
        _leave_out_ourselves(variables)
        if self.virtualenv is not None:
            variables.pop("PYTHONHOME", None)
            variables["VIRTUAL_ENV"] = str(self.virtualenv)
            programs = str(self.virtualenv / "bin")
            variables["PATH"] = os.pathsep.join(filter(None, (programs, ours.get("PATH"))))
        return variables


def choose(options: Mapping[str, Any], root: Path) -> Python:
    """Return the Python of the option virtualenv, else PULUMI_PYTHON_CMD, else python3.

    root: the folder of Pulumi.yaml, from which the virtual environment's path is taken.
    Raises InterpreterError for an option that is not supported and for a Python that is
    not there.
    """
    folder = virtualenv(options, root)
    if folder is None:
        return Python(base())
    executable = folder / "bin" / "python"
    if not executable.exists():
        state = "is not a virtual environment" if folder.is_dir() else "does not exist"
        raise InterpreterError(
            f"Pulumi.yaml sets the runtime option virtualenv to {options['virtualenv']!r}, but "
            f"{folder} {state}. Make it with the project's set-up command or with "
            "`pulumi install`, then run the same command again."
        )
    return Python(str(executable), folder)


def virtualenv(options: Mapping[str, Any], root: Path) -> Path | None:
    """Return the folder of the virtual environment that the options name, there or not.

    Raises InterpreterError for an option that is not supported.
    """
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise InterpreterError(
            f"Pulumi.yaml sets the runtime option {unknown[0]!r}, which this language host does "
            f"not support; it takes {' and '.join(OPTIONS)}."
        )
    if options.get("toolchain", TOOLCHAIN) != TOOLCHAIN:
        raise InterpreterError(
            f"Pulumi.yaml sets the runtime option toolchain to {options['toolchain']!r}; this "
            f"language host supports {TOOLCHAIN!r} only."
        )
    folder = options.get("virtualenv")
    return root.absolute() / str(folder) if folder else None


def base() -> str:
    """Return PULUMI_PYTHON_CMD, else python3, else python, as a path.

    Raises InterpreterError when it cannot be found.
    """
    asked = os.environ.get("PULUMI_PYTHON_CMD")
    for name in [asked] if asked else ["python3", "python"]:
        if found := shutil.which(name):
            return found
    wanted = f"{asked!r}, which PULUMI_PYTHON_CMD names," if asked else "'python3'"
    raise InterpreterError(
        f"{wanted} was not found on PATH. Install Python 3.11 or newer, or set the runtime "
        "option virtualenv in Pulumi.yaml."
    )


def _leave_out_ourselves(variables: dict[str, str]) -> None:
    ours = str(Path(__file__).resolve().parents[2])
    parts = variables.get("PYTHONPATH", "").split(os.pathsep)
    if parts[0] != ours:
        return
    if rest := os.pathsep.join(parts[1:]):
        variables["PYTHONPATH"] = rest
    else:
        del variables["PYTHONPATH"]
