"""Roles: one owner that nobody signs in as, one login per service with the least."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from .grants import GRANTS

OWNER = "pyairtable_owner"
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

    logins: passwords by role; a role without one that had none before cannot sign in.
    """
    driver = _driver(link)
    _role(driver, OWNER)
    for service, schema in SERVICES.items():
        _role(driver, service)
        _schema(driver, schema)
        # A name without a schema is looked for in the service's own, never in public.
        driver.execute(
            sql.SQL("ALTER ROLE {} SET search_path = {}").format(
                sql.Identifier(service), sql.Identifier(schema)
            )
        )
        if service in logins:
            _login(driver, service, logins[service])
    _close(driver)
    known = sum(service in logins for service in SERVICES)
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
    known = driver.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    if known is None:
        driver.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))


def _schema(driver: psycopg.Connection, name: str) -> None:
    driver.execute(
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
            sql.Identifier(name), sql.Identifier(OWNER)
        )
    )


def _login(driver: psycopg.Connection, name: str, password: str) -> None:
    """Set a password as the hash that is stored, so that it stands in no statement."""
    hashed = driver.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    driver.execute(
        sql.SQL("ALTER ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(MOST_CONNECTIONS), sql.Literal(hashed.decode())
        )
    )
