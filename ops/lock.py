"""The lock that a deployment holds on its stack."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Who holds a stack. since: as the engine wrote it."""

    file: Path
    pid: int
    user: str
    host: str
    since: str

    @property
    def stale(self) -> bool:
        """Whether its holder ran on this machine and is gone."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return not _is_pulumi(self.pid)

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}, since {self.since}"


def locks(root: Path, stack: str) -> Iterator[Lock]:
    """Yield the locks on a stack of the project's file backend."""
    folder = root / ".state" / ".pulumi" / "locks" / "organization" / "pyairtable" / stack
    for file in sorted(folder.glob("*.json")):
        found = json.loads(file.read_text())
        yield Lock(
            file=file,
            pid=int(found["pid"]),
            user=found["username"],
            host=found["hostname"],
            since=found["timestamp"],
        )


def _is_pulumi(pid: int) -> bool:
    """A number may have become another process's since."""
    try:
        return b"pulumi" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return os.name == "posix" and not Path("/proc/self").exists()
