"""Roles and grants: one owner that nobody signs in as, one login per service with the least."""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from .connection import secrets

OWNER = "pyairtable_owner"
SCHEMAS = ("auth", "users", "tenants", "workspaces", "platform", "automation", "emulator")
MOST_CONNECTIONS = 25
SERVICES = (
    "auth_service",
    "user_service",
    "workspace_service",
    "tenant_service",
    "platform_services",
    "automation_services",
    "airtable_emulator",
)
# What each service may do: statements after the schema is up to date.
GRANTS = (
    "GRANT USAGE ON SCHEMA auth TO auth_service",
    "GRANT SELECT ON auth.users TO auth_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON auth.refresh_tokens TO auth_service",
    "GRANT EXECUTE ON FUNCTION auth.create_account(text, text, text, text, text) TO auth_service",
    "GRANT USAGE ON SCHEMA users TO user_service",
    "GRANT SELECT, UPDATE ON users.profiles TO user_service",
    "GRANT EXECUTE ON FUNCTION users.delete_account(uuid) TO user_service",
    "GRANT USAGE ON SCHEMA emulator TO airtable_emulator",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA emulator TO airtable_emulator",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA emulator TO airtable_emulator",
)


def ensure(link: Connection) -> None:
    """Make the roles that are missing, set every login's password, make the schemas."""
    driver = _driver(link)
    _role(driver, OWNER, sql.SQL("NOLOGIN"))
    passwords = {
        name.replace("-", "_"): password for name, password in secrets("-postgres-password").items()
    }
    for service in SERVICES:
        _role(driver, service, sql.SQL("NOLOGIN"))
        if service in passwords:
            _login(driver, service, passwords[service])
    database = sql.Identifier(driver.info.dbname)
    driver.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    driver.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    for service in SERVICES:
        driver.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(service))
        )
    for schema in SCHEMAS:
        driver.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                sql.Identifier(schema), sql.Identifier(OWNER)
            )
        )
    print(f"Roles: {OWNER} and {len(SERVICES)} of services, {len(passwords)} with a login.")


def grant(link: Connection) -> None:
    """Give each service what it needs, and nothing else."""
    for statement in GRANTS:
        link.exec_driver_sql(statement)
    print(f"Grants: {len(GRANTS)}.")


def _driver(link: Connection) -> psycopg.Connection:
    driver = link.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the database's driver is not psycopg")
    return driver


def _role(driver: psycopg.Connection, name: str, kind: sql.SQL) -> None:
    known = driver.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    if known is None:
        driver.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), kind))


def _login(driver: psycopg.Connection, name: str, password: str) -> None:
    """Set a password as the hash that is stored, so that it stands in no statement."""
    hashed = driver.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    driver.execute(
        sql.SQL("ALTER ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(MOST_CONNECTIONS), sql.Literal(hashed.decode())
        )
    )
