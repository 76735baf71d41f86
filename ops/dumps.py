"""Backups of the database: making them and listing them."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from docker.models.containers import Container

from . import jobs
from .project import Project

HEADERS = ("backup", "time", "size", "schema", "state")
# While one is restored none may fall out of the kept ones.
KEEP_ALL = 10_000
FOLDER = "/backups"
# Read by the image's `backup`.
PROTECTED = ".kept"
_MADE = re.compile(r"^Backup (\S+\.dump): ", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup on the stack's backup volume. time: when it was begun, UTC."""

    name: str
    time: datetime
    bytes: int
    intact: bool
    revision: str

    def as_dict(self) -> dict[str, str | int | bool]:
        """Return the backup as JSON takes it."""
        return {
            "name": self.name,
            "time": self.time.isoformat(),
            "bytes": self.bytes,
            "intact": self.intact,
            "revision": self.revision,
        }

    def row(self) -> tuple[str, ...]:
        """Return the backup as cells under HEADERS."""
        when = self.time.strftime("%Y-%m-%d %H:%M:%S UTC")
        state = "intact" if self.intact else "damaged"
        return self.name, when, size(self.bytes), self.revision, state


def parse(line: str) -> Backup:
    """Return a backup from a line of the image's `backups`."""
    given = json.loads(line)
    return Backup(
        name=given["name"],
        time=datetime.strptime(given["time"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        bytes=int(given["bytes"]),
        intact=bool(given["intact"]),
        revision=given["revision"],
    )


def listed(project: Project) -> list[Backup]:
    """Return the stack's backups, newest first; works also while the stack is down."""
    job = replace(project.deployment.backup, networks=(), secrets=())
    output = jobs.run(project, job, ["/usr/local/bin/backups"])
    return sorted((parse(line) for line in output.splitlines()), key=lambda b: b.name, reverse=True)


def make(project: Project, keep: int | None = None) -> tuple[str | None, str]:
    """Make a backup; return its name, None when there is nothing to back up, and what was said.

    keep: how many are kept afterwards; by default as the stack's settings say.
    """
    environment = {} if keep is None else {"BACKUP_KEEP": str(keep)}
    output = jobs.run(
        project, project.deployment.backup, ["/usr/local/bin/backup"], environment
    ).strip()
    return made(output), output


def protect(job: Container, names: Collection[str]) -> None:
    """Let these dumps stay, and no others, beyond those that are kept by their number.

    job: the container of the stack's backup job, which has the volume; it need not run.
    """
    content = "".join(f"{name}\n" for name in names).encode()
    entry = tarfile.TarInfo(PROTECTED)
    entry.size, entry.mode = len(content), 0o644
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(entry, io.BytesIO(content))
    job.put_archive(FOLDER, packed.getvalue())


def made(output: str) -> str | None:
    """Return the name of the backup that the job said it made, None when it made none."""
    found = _MADE.search(output)
    return found[1] if found else None


def size(count: int) -> str:
    """Return a number of bytes for people, for example 1.4 MiB."""
    amount, units = float(count), ["B", "KiB", "MiB", "GiB"]
    while amount >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f"{count} B" if units[0] == "B" else f"{amount:.1f} {units[0]}"
