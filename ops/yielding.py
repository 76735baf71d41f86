"""An update gives way to what serves: it has the processors that the platform leaves over."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from .exits import Exit, Stopped

VARIABLE = "PYAIRTABLE_NICE"
# A tenth of the weight of what runs beside it.
NICE = 10
_MOST = 19


def niceness(variables: Mapping[str, str]) -> int:
    """Return how far an update gives way, 0 for not at all.

    variables: of the environment. Raises Stopped when it says something else.
    """
    given = variables.get(VARIABLE, str(NICE))
    if not given.isdecimal() or int(given) > _MOST:
        raise Stopped(
            Exit.USAGE,
            f"{VARIABLE} is {given!r}, and is to be a number from 0 to {_MOST}: how far an update "
            "gives way to what serves. Nothing was touched.",
        )
    return int(given)


def yielding(command: Sequence[str], nice: int) -> list[str]:
    """Return the command that runs this one, and all that it starts, with a lower priority."""
    program = shutil.which("nice") if nice else None
    return [program, "-n", str(nice), *command] if program else list(command)


def yield_session(process: int, nice: int, proc: Path = Path("/proc")) -> bool:
    """Lower the whole session that a process leads; return whether the kernel has such a thing.

    Where the kernel shares the processors out by sessions, priorities count only within one.
    """
    try:
        (proc / str(process) / "autogroup").write_text(str(nice))
    except OSError:
        # No such kernel, or the process has ended, or it has been asked too often just now.
        return False
    return True
