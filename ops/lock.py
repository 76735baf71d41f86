"""The stack's lock: who holds it, and whether he still lives."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from plan.names import PROJECT

from .backend import folder
from .exits import Exit, Stopped

# What may hold a lock: the engine, or platformctl while it works on the stack's data.
_PROGRAMS = ("pulumi", "platformctl", "python")


class Holder(StrEnum):
    """What became of the process that made a lock."""

    ALIVE = "alive"
    GONE = "gone"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock as Pulumi's file backend writes it. since: when it was made."""

    path: Path
    pid: int
    username: str
    hostname: str
    since: datetime

    def holder(self, hostname: str | None = None) -> Holder:
        """Tell what became of the process. hostname: of this host."""
        if self.hostname != (hostname or socket.gethostname()):
            return Holder.ELSEWHERE
        return Holder.ALIVE if lives(self.pid) else Holder.GONE

    def __str__(self) -> str:
        when = self.since.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
        return f"process {self.pid} of {self.username} on {self.hostname}, since {when}"


def locks(root: Path, stack: str) -> tuple[Lock, ...]:
    """Return the locks of a stack, oldest first; none where the backend is no folder.

    A file that cannot be read counts as a lock of nobody: it blocks Pulumi all the same.
    """
    where = lock_folder(root, stack)
    files = where.glob("*.json") if where else ()
    return tuple(sorted((_read(file) for file in files), key=lambda each: each.since))


def lock_folder(root: Path, stack: str) -> Path | None:
    """Return where Pulumi keeps the locks of a stack; None where the backend is no folder."""
    base = folder(root)
    return base / ".pulumi" / "locks" / "organization" / PROJECT / stack if base else None


def refuse_others(root: Path, stack: str, mine: Path) -> None:
    """Return when only this lock is there. Raises Stopped when another came at the same time."""
    others = [each for each in locks(root, stack) if each.path != mine]
    if others:
        raise Stopped(Exit.LOCKED, explain(stack, others))


def split(found: Sequence[Lock], hostname: str | None = None) -> tuple[list[Lock], list[Lock]]:
    """Return the stale locks and those that somebody holds or may hold."""
    stale = [each for each in found if each.holder(hostname) is Holder.GONE]
    return stale, [each for each in found if each not in stale]


def explain(stack: str, held: Sequence[Lock], hostname: str | None = None) -> str:
    """Return the paragraph that says who holds the stack's lock, and what to do."""
    who = "; ".join(str(each) for each in held)
    text = f"Stack {stack} is locked by {who}. Nothing was touched. "
    if any(each.holder(hostname) is Holder.ELSEWHERE for each in held):
        return text + (
            "That is another host, which cannot be asked from here: wait until it is done, or, "
            f"when you know that it is gone, run `pulumi cancel --yes --stack {stack}` and the "
            "same command again."
        )
    return text + "It still runs: wait until it is done, then run the same command again."


def lives(pid: int) -> bool:
    """Tell whether a process of that id lives and may be one that takes locks.

    Where /proc shows it, a process of another name that got the id later does not count, nor
    one that has ended and was not yet reaped.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return True
    head, _, tail = stat.read_text().rpartition(")")
    named = any(program in head for program in _PROGRAMS)
    return named and tail.split()[0] not in ("Z", "X")


def _read(file: Path) -> Lock:
    try:
        content = json.loads(file.read_text())
        return Lock(
            path=file,
            pid=int(content["pid"]),
            username=str(content["username"]),
            hostname=str(content["hostname"]),
            since=datetime.fromisoformat(content["timestamp"]),
        )
    except (ValueError, KeyError, TypeError):
        made = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
        return Lock(path=file, pid=0, username="unknown", hostname="unknown", since=made)
