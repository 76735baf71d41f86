"""A restore that is killed at any time loses nothing, and the next one comes to its end."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from .stores import new_secret, postgres_store, program, superuser

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "pyairtable"
BACKUP = "20260101T000000Z-none.dump"
# Runs the real program, and kills the restore before or after the call of that number.
KILLS = """\
#!/bin/sh
count=$(($(cat "$CALLS" 2>/dev/null || echo 0) + 1))
echo "$count" >"$CALLS"
[ "$KILLED" = "before $count" ] && kill -KILL "$PPID" && exit 1
{real} "$@"
code=$?
[ "$KILLED" = "after $count" ] && kill -KILL "$PPID"
exit $code
"""


@dataclass
class Server:
    port: int
    password: Path
    folder: Path

    def connect(self, database: str) -> psycopg.Connection:
        return superuser(self.port, self.password.read_text(), database)

    def values(self) -> set[str]:
        with self.connect(DATABASE) as connection:
            return {row[0] for row in connection.execute("SELECT value FROM things")}

    def databases(self) -> set[str]:
        with self.connect("postgres") as connection:
            return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}

    def restore(self, killed: str = "never") -> subprocess.CompletedProcess[str]:
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        return subprocess.run(
            [str(ROOT / "images" / "postgres" / "restore"), BACKUP],
            env={
                "PATH": f"{self.folder}/bin:/usr/bin:/bin",
                "CALLS": str(calls),
                "KILLED": killed,
                "BACKUPS": str(self.folder),
                "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(self.port),
                "POSTGRES_PASSWORD_FILE": str(self.password),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> int:
        return int((self.folder / "calls").read_text())

    def present(self) -> None:
        """Make the database hold what is there now."""
        with self.connect(DATABASE) as connection:
            connection.execute("DELETE FROM things")
            connection.execute("INSERT INTO things VALUES ('present')")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not below pytest's own folder, which the user that PostgreSQL runs as cannot enter.
    with tempfile.TemporaryDirectory(prefix="restored") as name:
        yield from served(Path(name))


def served(folder: Path) -> Iterator[Server]:
    store = postgres_store(folder, new_secret())
    store.start()
    made = Server(store.port, folder / "password", folder)
    (folder / "bin").mkdir()
    for name in ("psql", "createdb", "pg_restore"):
        tool = folder / "bin" / name
        tool.write_text(KILLS.format(real=program(name, "postgresql-15")))
        tool.chmod(0o755)
    with made.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    with made.connect(DATABASE) as connection:
        connection.execute("CREATE TABLE things AS SELECT 'backup' AS value")
    dump = folder / BACKUP
    subprocess.run(
        [program("pg_dump", "postgresql-15"), "--format=custom", f"--file={dump}"],
        env={
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(made.port),
            "PGUSER": "postgres",
            "PGDATABASE": DATABASE,
            "PGPASSWORD": made.password.read_text(),
        },
        check=True,
    )
    digest = hashlib.sha256(dump.read_bytes()).hexdigest()
    (folder / f"{BACKUP}.sha256").write_text(f"{digest}  {BACKUP}\n")
    yield made
    store.stop()


def test_a_restore_puts_the_backup_in_the_place_of_the_present(server: Server) -> None:
    server.present()
    done = server.restore()
    assert (done.returncode, done.stdout) == (0, f"Restored {BACKUP}.\n"), done.stderr
    assert server.values() == {"backup"}
    assert not {name for name in server.databases() if name.startswith(f"{DATABASE}_")}


def test_killed_before_or_after_each_of_its_steps_it_loses_nothing_and_can_be_run_again(
    server: Server,
) -> None:
    server.present()
    assert server.restore().returncode == 0
    steps = server.calls()
    assert steps >= 7
    for killed in (
        f"{when} {step}" for step in range(1, steps + 1) for when in ("before", "after")
    ):
        server.present()
        assert server.restore(killed).returncode == -9, killed
        assert server.values() in ({"present"}, {"backup"}), killed
        again = server.restore()
        assert again.returncode == 0, f"{killed}: {again.stderr}"
        assert server.values() == {"backup"}, killed


def test_who_is_connected_does_not_keep_a_restore_from_its_end(server: Server) -> None:
    server.present()
    with server.connect(DATABASE):
        assert server.restore().returncode == 0
    assert server.values() == {"backup"}


def test_what_a_restore_left_that_was_killed_between_the_two_names_is_put_right(
    server: Server,
) -> None:
    server.present()
    with server.connect("postgres") as connection:
        connection.execute(f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS false")
        connection.execute(f"ALTER DATABASE {DATABASE} RENAME TO {DATABASE}_before_restore")
    assert server.restore().returncode == 0
    assert server.values() == {"backup"}


def test_a_dump_that_cannot_be_restored_leaves_the_present_and_nothing_else(
    server: Server, tmp_path: Path
) -> None:
    server.present()
    dump, kept = server.folder / BACKUP, tmp_path / "kept"
    shutil.copy(dump, kept)
    sums = server.folder / f"{BACKUP}.sha256"
    right = sums.read_text()
    try:
        dump.write_bytes(kept.read_bytes()[:-200])
        sums.write_text(f"{hashlib.sha256(dump.read_bytes()).hexdigest()}  {BACKUP}\n")
        done = server.restore()
    finally:
        shutil.copy(kept, dump)
        sums.write_text(right)
    assert done.returncode == 1
    assert "the present data is untouched" in done.stderr
    assert server.values() == {"present"}
    assert f"{DATABASE}_restoring" not in server.databases()
