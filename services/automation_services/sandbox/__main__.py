"""The process apart: limits itself, does one task, writes the result to standard output."""

from __future__ import annotations

import contextlib
import logging
import resource
import sys
import warnings
from pathlib import Path

from .runner import EXIT_REFUSED, Refused

_MIB = 1 << 20


def _limit(memory_mib: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * _MIB, memory_mib * _MIB))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # When the container runs out of memory, this process goes, not the service.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def main(memory_mib: str, seconds: str, given: str, task: str, *arguments: str) -> int:
    """Return the exit code."""
    _limit(int(memory_mib), int(seconds))
    # Standard error is for the reason; libraries would write their doubts there.
    logging.disable()
    warnings.simplefilter("ignore")
    try:
        if task == "render":
            from .render import render

            sys.stdout.write(render(Path(given).read_text()))
        else:
            from .extract import extract

            extract(Path(given), arguments[0], int(arguments[1]), sys.stdout)
        sys.stdout.flush()
    except Refused as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED
    except MemoryError:
        print("It needs more memory than it may have", file=sys.stderr)
        return EXIT_REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
