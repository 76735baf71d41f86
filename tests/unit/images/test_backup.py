"""The backup job keeps the newest dumps, and those that it is told to keep."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ops import dumps

TOOL = Path(__file__).resolve().parents[3] / "images" / "postgres" / "backup"
DUMPS = [f"2026010{day}T000000Z-0001.dump" for day in range(1, 6)]
# The clients of a database that has tables and is at revision 0002.
CLIENTS = {
    "psql": 'case "$*" in *pg_tables*) echo 9 ;; *) echo 0002 ;; esac',
    "pg_dump": 'for each; do case $each in --file=*) echo data >"${each#--file=}" ;; esac; done',
    "pg_restore": "exit 0",
}


class Job:
    """A job's container, whose volume is a folder."""

    def __init__(self, volume: Path) -> None:
        self.volume = volume

    def put_archive(self, path: str, data: bytes) -> None:
        assert path == "/backups"
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            (entry,) = archive.getmembers()
            found = archive.extractfile(entry)
            assert found is not None
            (self.volume / entry.name).write_bytes(found.read())


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A backup volume with five older dumps."""
    made = tmp_path / "backups"
    made.mkdir()
    for name in DUMPS:
        for file in (name, f"{name}.sha256"):
            (made / file).write_text("old\n")
    return made


def backed_up(volume: Path, keep: int) -> tuple[list[str], str]:
    """Make a backup; return the older ones that are left, and what was said."""
    clients = volume.parent / "clients"
    clients.mkdir(exist_ok=True)
    for name, text in CLIENTS.items():
        (clients / name).write_text(f"#!/bin/sh\n{text}\n")
        (clients / name).chmod(0o755)
    (volume.parent / "password").write_text("x")
    variables = {
        "PATH": f"{clients}:{os.environ['PATH']}",
        "BACKUPS": str(volume),
        "BACKUP_KEEP": str(keep),
        "POSTGRES_PASSWORD_FILE": str(volume.parent / "password"),
    }
    done = subprocess.run(
        ["sh", str(TOOL)], env=variables, capture_output=True, text=True, check=True
    )
    names = sorted(each.name for each in volume.glob("*.dump"))
    assert {each.name for each in volume.glob("*.sha256")} == {f"{each}.sha256" for each in names}
    made = dumps.made(done.stdout)
    assert made is not None
    assert made.endswith("-0002.dump")
    return [each for each in names if each != made], done.stdout


def test_the_newest_dumps_are_kept(volume: Path) -> None:
    left, said = backed_up(volume, keep=3)
    assert left == DUMPS[3:]
    assert f"Removed the old backup {DUMPS[2]}." in said


def test_dumps_of_kept_releases_stay_however_few_are_kept(volume: Path) -> None:
    job: Any = Job(volume)
    dumps.protect(job, [DUMPS[0], DUMPS[2], "gone.dump"])
    left, said = backed_up(volume, keep=1)
    assert left == [DUMPS[0], DUMPS[2]]
    assert DUMPS[0] not in said


def test_a_dump_is_removed_once_no_kept_release_names_it(volume: Path) -> None:
    job: Any = Job(volume)
    dumps.protect(job, DUMPS)
    assert backed_up(volume, keep=2)[0] == DUMPS
    dumps.protect(job, [])
    left, _ = backed_up(volume, keep=2)
    assert not set(left) & set(DUMPS[:4])
