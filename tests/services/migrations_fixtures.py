"""Migrations in tests: databases that are empty, and what is in one."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from migrations import schema
from migrations.settings import Settings
from psycopg import sql

from .surroundings import Surroundings

VERSIONS = sorted(Path(schema.__file__).with_name("versions").glob("[0-9]*.py"))
HEAD = VERSIONS[-1].name[:4]
SNAPSHOT = """
SELECT 'table', c.oid::regclass::text || ' ' || c.relowner::regrole || ' ' || c.relrowsecurity
    || c.relforcerowsecurity || ' ' || coalesce(c.relacl::text, '')
    FROM pg_class c WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
UNION ALL SELECT 'column', attrelid::regclass || '.' || attname || ' ' || atttypid::regtype
    || ' ' || coalesce(attacl::text, '')
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
UNION ALL SELECT 'function', p.oid::regprocedure || ' ' || coalesce(proacl::text, '')
    || coalesce(proconfig::text, '') FROM pg_proc p
    WHERE p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
UNION ALL SELECT 'policy', p::text FROM pg_policies p
UNION ALL SELECT 'schema', nspname || ' ' || nspowner::regrole || coalesce(nspacl::text, '')
    FROM pg_namespace WHERE nspname !~ '^(pg_toast|pg_temp)'
UNION ALL SELECT 'role', rolname || ' ' || rolcanlogin || rolsuper || rolconnlimit
    || coalesce(rolconfig::text, '') FROM pg_roles
UNION ALL SELECT 'version', version_num FROM public.alembic_version
ORDER BY 1, 2
"""


@contextlib.contextmanager
def empty_database(surroundings: Surroundings) -> Iterator[str]:
    """Give the name of an empty database, which is gone after the block."""
    name = f"empty_{secrets.token_hex(4)}"
    identifier = sql.Identifier(name)
    with surroundings.superuser("postgres") as link:
        link.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        yield name
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def settings_of(surroundings: Surroundings, database: str) -> Settings:
    """Return the settings of migrations of a database."""
    return Settings(
        postgres_host="127.0.0.1",
        postgres_port=surroundings.postgres.port,
        postgres_db=database,
        postgres_password_file=surroundings.secrets / "postgres-password",
    )


def snapshot(surroundings: Surroundings, database: str) -> list[tuple[str, str]]:
    """Return all that a database has: tables, rights, functions, policies and roles."""
    with surroundings.superuser(database) as link:
        return link.execute(SNAPSHOT).fetchall()
