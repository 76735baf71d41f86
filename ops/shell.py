"""Prints the variables of the project as lines that a shell takes."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from .environment import environment
from .exits import Stopped


def exports(root: Path) -> str:
    """Return one export line per variable."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment(root).items()]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        print(exports(Path(sys.argv[1])))
    except Stopped as stopped:
        sys.exit(str(stopped))
