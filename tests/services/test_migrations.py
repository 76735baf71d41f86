"""The migrations: roles, grants and logins; repeatable, and told in plain words."""

from __future__ import annotations

import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from migrations import connection, schema
from migrations.grants import GRANTS
from psycopg import sql

from .migrations_fixtures import HEAD, VERSIONS, empty_database, settings_of, snapshot
from .stores import free_port
from .surroundings import DATABASE_SERVICES, Surroundings

# Who may run as the owner: each of these must be asked for a reason.
RUN_AS_OWNER = {
    "accept_invitation",
    "create_account",
    "delete_account",
    "delete_tenant",
    "lock_quota",
    "may_change",
    "remove_member",
    "use_key",
}


@pytest.fixture
def empty(surroundings: Surroundings) -> Iterator[str]:
    """The name of an empty database."""
    with empty_database(surroundings) as name:
        yield name


def test_an_empty_database_is_brought_up_to_date_with_plain_progress(
    surroundings: Surroundings, empty: str
) -> None:
    done = surroundings.migrate_apart(database=empty)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        f"Database: {empty} at 127.0.0.1.",
        "Roles: pyairtable_owner and 7 of services, 7 with a password.",
        "Revision 0001: Accounts, profiles, tenants, and the Airtable emulator's tables.",
    ]
    assert [line[:13] for line in lines[2:-2]] == [f"Revision {v.name[:4]}" for v in VERSIONS]
    assert lines[-2:] == [f"Schema: at {HEAD}.", f"Grants: {len(GRANTS)}."]


def test_a_second_run_changes_nothing(surroundings: Surroundings, empty: str) -> None:
    surroundings.migrate(database=empty)
    before = snapshot(surroundings, empty)
    done = surroundings.migrate(database=empty)
    assert done.returncode == 0
    assert f"Schema: at {HEAD}, nothing to do." in done.stdout.splitlines()
    assert snapshot(surroundings, empty) == before


def test_of_two_runs_at_once_the_second_waits_for_the_first(
    surroundings: Surroundings, empty: str
) -> None:
    first = connection.waited(settings_of(surroundings, empty))
    with ThreadPoolExecutor() as pool:
        with first as link, connection.exclusive(link):
            second = pool.submit(surroundings.migrate_apart, database=empty)
            while not _waits_for_a_lock(surroundings, empty):
                assert not second.done(), second.result()
                time.sleep(0.05)
            assert schema.revisions(link)["current"] is None
        assert second.result().returncode == 0, second.result().stderr


def _waits_for_a_lock(surroundings: Surroundings, database: str) -> bool:
    with surroundings.superuser() as link:
        return bool(
            link.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event = 'advisory'",
                (database,),
            ).fetchone()
        )


def test_everything_belongs_to_the_owner_that_nobody_signs_in_as(
    surroundings: Surroundings,
) -> None:
    with surroundings.superuser() as link:
        owners = link.execute(
            "SELECT DISTINCT relowner::regrole::text FROM pg_class"
            " WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
        ).fetchall()
        login = link.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles"
            " WHERE rolname = 'pyairtable_owner'"
        ).fetchone()
    assert owners == [("pyairtable_owner",)]
    assert login == (False, False, False)


def test_every_service_has_a_login_with_25_connections(surroundings: Surroundings) -> None:
    for service in DATABASE_SERVICES:
        with surroundings.as_role(service.replace("-", "_")) as link:
            found = link.execute(
                "SELECT rolconnlimit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert found == (25, False, False, False, False)


def test_a_service_without_a_password_file_cannot_sign_in(
    surroundings: Surroundings, tmp_path: Path, empty: str
) -> None:
    name = f"role_{secrets.token_hex(4)}"
    with surroundings.superuser(empty) as link:
        link.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        link.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
    (tmp_path / "postgres-password").write_text(surroundings.secret("postgres-password"))
    done = surroundings.migrate(
        database=empty, POSTGRES_PASSWORD_FILE=str(tmp_path / "postgres-password")
    )
    assert "Roles: pyairtable_owner and 7 of services, 0 with a password." in done.stdout


def test_two_logins_of_a_service_take_turns_with_the_same_rights(
    surroundings: Surroundings, tmp_path: Path, empty: str
) -> None:
    names = ("auth_service", "auth_service_b")

    def brought(*passwords: str | None) -> None:
        files = dict(zip(("auth-service", "auth-service_b"), passwords, strict=True))
        for name, password in files.items():
            file = tmp_path / f"{name}-postgres-password"
            file.unlink(missing_ok=True)
            if password is not None:
                file.write_text(password)
        superuser = tmp_path / "postgres-password"
        superuser.write_text(surroundings.secret("postgres-password"))
        done = surroundings.migrate(database=empty, POSTGRES_PASSWORD_FILE=str(superuser))
        assert "7 of services, 1 with a password." in done.stdout, done.stderr

    def works(role: str, password: str) -> bool:
        try:
            link = psycopg.connect(
                host="127.0.0.1",
                port=surroundings.postgres.port,
                dbname=empty,
                user=role,
                password=password,
                connect_timeout=5,
            )
        except psycopg.OperationalError as error:
            assert "authentication failed" in str(error)
            return False
        with link:
            link.execute("DELETE FROM refresh_tokens")
            assert link.execute("SELECT count(*) FROM auth.users").fetchone() == (0,)
        return True

    try:
        brought("first", None)
        assert [works(name, "first") for name in names] == [True, False]
        brought("first", "second")
        assert works("auth_service", "first")
        assert works("auth_service_b", "second")
        brought(None, "second")
        assert not works("auth_service", "first")
        assert works("auth_service_b", "second")
        brought("third", "second")
        brought("third", None)
        assert works("auth_service", "third")
        assert not works("auth_service_b", "second")
    finally:
        surroundings.migrate()


def test_functions_that_run_as_the_owner_look_names_up_safely(surroundings: Surroundings) -> None:
    with surroundings.superuser() as link:
        found = link.execute(
            "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE')"
            " FROM pg_proc WHERE prosecdef"
            " AND pronamespace::regnamespace::text !~ '^(pg_|information_schema)'"
        ).fetchall()
    assert {name for name, _, _ in found} == RUN_AS_OWNER
    assert {tuple(config) for _, config, _ in found} == {("search_path=pg_catalog, pg_temp",)}
    assert not any(public for _, _, public in found)


def test_it_waits_for_a_database_that_starts_late(surroundings: Surroundings) -> None:
    surroundings.postgres.stop()
    late = threading.Timer(2, surroundings.postgres.start)
    late.start()
    done = surroundings.migrate()
    late.join()
    assert done.returncode == 0, done.stderr


def test_it_gives_up_on_a_database_that_never_comes(surroundings: Surroundings) -> None:
    settings = settings_of(surroundings, "pyairtable").model_copy(
        update={"postgres_port": free_port()}
    )
    with pytest.raises(Exception, match="Connection refused"), connection.waited(settings, 1.0):
        pass


def test_a_wrong_password_fails_with_a_readable_last_line_without_it(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    (tmp_path / "postgres-password").write_text("certainly-wrong")
    done = surroundings.migrate(POSTGRES_PASSWORD_FILE=str(tmp_path / "postgres-password"))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("The database was not brought up to date.")
    assert "password authentication failed" in last
    assert "certainly-wrong" not in done.stderr + done.stdout


def test_a_missing_password_file_is_told_as_such(surroundings: Surroundings) -> None:
    done = surroundings.migrate_apart(POSTGRES_PASSWORD_FILE="/nowhere/postgres-password")
    assert done.returncode == 2
    assert "POSTGRES_PASSWORD_FILE" in done.stderr.splitlines()[-1]


def test_passwords_stand_in_no_log_of_the_database(
    surroundings: Surroundings, postgres_log: Path
) -> None:
    with surroundings.superuser() as link:
        link.execute("ALTER SYSTEM SET log_statement = 'all'")
        link.execute("SELECT pg_reload_conf()")
        done = surroundings.migrate()
        link.execute("ALTER SYSTEM RESET log_statement")
        link.execute("SELECT pg_reload_conf()")
    text = postgres_log.read_text()
    assert _succeeded(done)
    assert "ALTER ROLE" in text
    for file in surroundings.secrets.glob("*-postgres-password"):
        assert file.read_text() not in text


@pytest.fixture
def postgres_log(surroundings: Surroundings) -> Path:
    """What PostgreSQL logs."""
    return surroundings.postgres.folder / "log"


def _succeeded(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode == 0


def test_a_connection_beyond_the_25_is_refused_by_the_database(
    surroundings: Surroundings,
) -> None:
    links = [surroundings.as_role("tenant_service") for _ in range(25)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            surroundings.as_role("tenant_service")
    finally:
        for link in links:
            link.close()
