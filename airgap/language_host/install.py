"""Installing what a program needs: what `pulumi install` does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from .python import base, choose, virtualenv


def steps(info: Any) -> Iterator[list[str]]:
    """Yield, one after the other, the commands that make the program's environment.

    The virtual environment is made when it is not there; then requirements.txt, else
    pyproject.toml, of the program's folder is installed. Raises InterpreterError.
    """
    options, root = MessageToDict(info.options), Path(info.root_directory)
    folder = virtualenv(options, root)
    if folder is not None and not (folder / "bin" / "python").exists():
        yield [base(), "-m", "venv", str(folder)]
    if asked := _asked(Path(info.program_directory or root)):
        yield [choose(options, root).executable, "-m", "pip", "install", *asked]


def _asked(folder: Path) -> list[str]:
    if (folder / "requirements.txt").exists():
        return ["-r", str(folder / "requirements.txt")]
    if (folder / "pyproject.toml").exists():
        return ["-e", str(folder)]
    return []
