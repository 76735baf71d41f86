"""Style and types of everything that is Python here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [
    "airgap",
    "bootstrap",
    "catalog",
    "components",
    "ops",
    "plan",
    "settings",
    "bench",
    "__main__.py",
]


def services() -> list[str]:
    """Return the services' packages, each of which is checked as Python finds it."""
    folders = (ROOT / "services").iterdir()
    return sorted(each.name for each in folders if (each / "__init__.py").exists())


def commands() -> list[tuple[list[str], Path, dict[str, str]]]:
    """Return what is run: command, folder, further variables."""
    python = [sys.executable, "-m"]
    mypy = [*python, "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")]
    return [
        ([*python, "ruff", "check", "."], ROOT, {}),
        ([*python, "ruff", "format", "--check", "."], ROOT, {}),
        ([*mypy, *PROGRAM], ROOT, {}),
        (
            [*mypy, "shared/pyairtable_shared", *services()],
            ROOT / "services",
            {"MYPYPATH": "shared"},
        ),
    ]


def main() -> int:
    """Run all; return 0 when all are clean."""
    codes = [
        subprocess.run(command, cwd=folder, env={**os.environ, **more}, check=False).returncode
        for command, folder, more in commands()
    ]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
