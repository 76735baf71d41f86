"""An update gives way to what serves: it has the processors that the platform leaves over."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

# A tenth of the weight of what runs beside it.
NICE = 10


def yielding(command: Sequence[str]) -> list[str]:
    """Return the command that runs this one, and all that it starts, with a lower priority."""
    program = shutil.which("nice")
    return [program, "-n", str(NICE), *command] if program else list(command)


def yield_session(process: int, proc: Path = Path("/proc")) -> bool:
    """Lower the whole session that a process leads; return whether the kernel has such a thing.

    Where the kernel shares the processors out by sessions, priorities count only within one.
    """
    try:
        (proc / str(process) / "autogroup").write_text(str(NICE))
    except OSError:
        # No such kernel, or the process has ended, or it has been asked too often just now.
        return False
    return True
