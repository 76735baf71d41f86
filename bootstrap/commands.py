"""Running other programs, with progress for those that take long."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .setup import SetupError

LAST_LINES = 20
# How often a line is printed where there is no terminal to redraw one.
PLAIN_SECONDS = 30.0
LIVE_SECONDS = 0.5


def run(
    command: Sequence[str | Path],
    log: Path,
    what: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> float:
    """Run a command to its end, with its output in log; return the seconds that it took.

    Raises SetupError with the last lines of its output when it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        code = _watched(process, what, started)
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        raise SetupError(
            f"{what} failed with exit code {code}. Its last lines, all in {log}:\n{tail}"
        )
    return time.monotonic() - started


def _watched(process: subprocess.Popen[bytes], what: str, started: float) -> int:
    live = sys.stdout.isatty()
    interval = LIVE_SECONDS if live else PLAIN_SECONDS
    show = _live if live else _plain
    while True:
        try:
            code = process.wait(interval)
            if live:
                print("\r\033[K", end="", flush=True)
            return code
        except subprocess.TimeoutExpired:
            show(what, time.monotonic() - started)


def _live(what: str, seconds: float) -> None:
    print(f"\r\033[K  … {what} ({seconds:.0f} s)", end="", flush=True)


def _plain(what: str, seconds: float) -> None:
    print(f"  … {what} ({seconds:.0f} s)", flush=True)


def minutes(seconds: float) -> str:
    """Return a duration for people."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
