"""The superuser's connection."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Connection, create_engine, text

WAIT_SECONDS = 60
# Any number, as long as no other program takes the same lock.
_LOCK = 0x70796169


def secret(name: str) -> str:
    """Return a secret of this job by its file's name."""
    return (_folder() / name).read_text().strip()


def _folder() -> Path:
    return Path(os.environ["POSTGRES_PASSWORD_FILE"]).parent


def secrets(suffix: str) -> dict[str, str]:
    """Return the secrets whose file's name ends so, by what comes before."""
    files = sorted(_folder().glob(f"*{suffix}"))
    return {file.name.removesuffix(suffix): file.read_text().strip() for file in files}


@contextmanager
def waited() -> Iterator[Connection]:
    """Connect, waiting up to 60 s for the database. Raises OperationalError after that."""
    engine = create_engine("postgresql+psycopg://", creator=_connect, isolation_level="AUTOCOMMIT")
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            link = engine.connect()
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
    with link:
        yield link


def _connect() -> psycopg.Connection:
    return psycopg.connect(
        host=os.environ.get("POSTGRES_HOST", "postgres"),
        port=int(os.environ.get("POSTGRES_PORT", "5432")),
        dbname=os.environ.get("POSTGRES_DB", "pyairtable"),
        user=os.environ.get("POSTGRES_USER", "postgres"),
        password=secret(Path(os.environ["POSTGRES_PASSWORD_FILE"]).name),
        connect_timeout=5,
        application_name="migrations",
    )


@contextmanager
def exclusive(link: Connection) -> Iterator[None]:
    """Let nobody else migrate at the same time."""
    link.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    try:
        yield
    finally:
        link.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
