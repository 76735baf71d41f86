"""Roles: one owner that nobody signs in as, one login per service with the least."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from .grants import GRANTS

OWNER = "pyairtable_owner"
# A role has one password. So that a new one can be used while the old one still counts, two
# logins of a service take turns; the second is a member of the first and has its rights.
SECOND = "_b"
MOST_CONNECTIONS = 25
# Each service's role and its own schema.
SERVICES = {
    "auth_service": "auth",
    "user_service": "users",
    "workspace_service": "workspaces",
    "tenant_service": "tenants",
    "platform_services": "platform",
    "automation_services": "automation",
    "airtable_emulator": "emulator",
}


def ensure(link: Connection, logins: Mapping[str, str]) -> None:
    """Make the roles and schemas that are missing, and set the password of every login.

    logins: passwords by role, two of a service while its password is changed; a role without
    one that had none before cannot sign in.
    """
    driver = _driver(link)
    _role(driver, OWNER)
    for service, schema in SERVICES.items():
        _role(driver, service)
        _schema(driver, schema)
        _look_in(driver, service, schema)
        _logins(driver, service, schema, logins)
    _close(driver)
    known = sum(service in logins or service + SECOND in logins for service in SERVICES)
    print(f"Roles: {OWNER} and {len(SERVICES)} of services, {known} with a password.", flush=True)


def grant(link: Connection) -> None:
    """Give each service what it needs."""
    driver = _driver(link)
    with driver.transaction():
        for statement in GRANTS:
            driver.execute(statement)
    print(f"Grants: {len(GRANTS)}.", flush=True)


def _close(driver: psycopg.Connection) -> None:
    """Leave to those who are not named nothing at all."""
    owner, database = sql.Identifier(OWNER), sql.Identifier(driver.info.dbname)
    services = sql.SQL(", ").join(map(sql.Identifier, SERVICES))
    driver.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    driver.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, services))
    driver.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    # Alembic keeps the revision there.
    driver.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner))
    driver.execute(
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE ALL ON FUNCTIONS FROM PUBLIC").format(
            owner
        )
    )


def _driver(link: Connection) -> psycopg.Connection:
    driver = link.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the database's driver is not psycopg")
    return driver


def _role(driver: psycopg.Connection, name: str) -> None:
    if not _exists(driver, name):
        driver.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))


def _exists(driver: psycopg.Connection, name: str) -> bool:
    found = driver.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    return found is not None


def _schema(driver: psycopg.Connection, name: str) -> None:
    driver.execute(
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
            sql.Identifier(name), sql.Identifier(OWNER)
        )
    )


def _look_in(driver: psycopg.Connection, role: str, schema: str) -> None:
    """Let a name without a schema be looked for in the service's own, never in public."""
    driver.execute(
        sql.SQL("ALTER ROLE {} SET search_path = {}").format(
            sql.Identifier(role), sql.Identifier(schema)
        )
    )


def _logins(
    driver: psycopg.Connection, service: str, schema: str, logins: Mapping[str, str]
) -> None:
    """Let a service sign in by the one or two of its logins that have a password, and no other."""
    second = service + SECOND
    if second in logins:
        _role(driver, second)
        names = sql.Identifier(service), sql.Identifier(second)
        driver.execute(sql.SQL("GRANT {} TO {}").format(*names))
        _look_in(driver, second, schema)
    known = [role for role in (service, second) if role in logins]
    for role in known:
        _login(driver, role, logins[role])
    for role in (service, second):
        if known and role not in known and _exists(driver, role):
            driver.execute(
                sql.SQL("ALTER ROLE {} NOLOGIN PASSWORD NULL").format(sql.Identifier(role))
            )


def _login(driver: psycopg.Connection, name: str, password: str) -> None:
    """Set a password as the hash that is stored, so that it stands in no statement."""
    hashed = driver.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    driver.execute(
        sql.SQL("ALTER ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(MOST_CONNECTIONS), sql.Literal(hashed.decode())
        )
    )
