"""Which Python a program runs with, and what is installed there."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PLUGIN_FILE = "pulumi-plugin.json"


def interpreter(options: Mapping[str, Any], root: Path) -> str:
    """Return the Python of the option virtualenv, else PULUMI_PYTHON_CMD, else python3.

    Raises FileNotFoundError when the virtual environment is not there.
    """
    chosen = options.get("virtualenv")
    if not chosen:
        return os.environ.get("PULUMI_PYTHON_CMD", "python3")
    python = root / str(chosen) / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(
            f"The virtual environment {chosen} of this project is not there. "
            "Run `make setup`, then the same command again."
        )
    return str(python)


def plugins() -> Iterator[tuple[str, str, str]]:
    """Yield name, version and server of each plugin that an installed package asks for."""
    for distribution in importlib.metadata.distributions():
        for file in distribution.files or ():
            if file.name != PLUGIN_FILE:
                continue
            described = json.loads(Path(str(distribution.locate_file(file))).read_text())
            if described.get("resource"):
                yield described["name"], described["version"], described.get("server", "")


def dependencies() -> list[tuple[str, str]]:
    """Return name and version of every installed package."""
    found = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}
    return sorted(found.items())


def version(python: str) -> str:
    """Return the version of an interpreter, for example 3.11.7."""
    code = "import platform; print(platform.python_version())"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()
