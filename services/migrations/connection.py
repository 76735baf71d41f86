"""The superuser's connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from .settings import Settings

WAIT_SECONDS = 60.0
# A store that has just started takes its new password a moment after its first connections.
REFUSED_SECONDS = 3.0
_PAUSE_SECONDS = 0.5
# Any number, as long as no other program takes the same lock.
_LOCK = 0x70796169


@contextmanager
def waited(settings: Settings, seconds: float = WAIT_SECONDS) -> Iterator[Connection]:
    """Connect, waiting so long for the database. Raises OperationalError after that."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect(settings),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )
    with _first(engine, seconds) as link:
        yield link


def _first(engine: Engine, seconds: float) -> Connection:
    started = time.monotonic()
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            refused = "authentication failed" in str(error)
            if time.monotonic() - started > (min(REFUSED_SECONDS, seconds) if refused else seconds):
                raise
            time.sleep(_PAUSE_SECONDS)


def _connect(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(
        host=settings.postgres_host,
        port=settings.postgres_port,
        dbname=settings.postgres_db,
        user=settings.postgres_user,
        password=settings.password,
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


def reason(error: BaseException) -> str:
    """Return the first line of what the database said."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return (str(said).strip() or type(said).__name__).splitlines()[0]
