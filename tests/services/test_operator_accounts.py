"""What platformctl admin does, in a real database."""

from __future__ import annotations

import os
import subprocess
from typing import Any, cast

import pytest
from docker.models.containers import Container, ExecResult

from ops.accounts import Accounts
from ops.exits import Stopped

from .automation_fixtures import newcomer
from .surroundings import Surroundings


class Local:
    """Runs what is meant for the database's container here, against the tests' database."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._variables = {
            "PATH": os.environ["PATH"],
            "PGHOST": "127.0.0.1",
            "PGPORT": str(surroundings.postgres.port),
            "PGUSER": "postgres",
            "PGPASSWORD": surroundings.secret("postgres-password"),
        }

    def exec_run(self, command: list[str], environment: dict[str, str], demux: bool) -> ExecResult:
        assert demux
        done = subprocess.run(
            command, env=self._variables | environment, capture_output=True, check=False
        )
        return ExecResult(done.returncode, (done.stdout, done.stderr))


@pytest.fixture
def accounts(surroundings: Surroundings) -> Accounts:
    """The accounts of the tests' database."""
    return Accounts(cast(Container, Local(surroundings)))


def one(rows: list[dict[str, Any]], row_id: str) -> dict[str, Any]:
    """Return the row with this id."""
    return next(row for row in rows if row["id"] == row_id)


def test_a_user_is_made_an_admin_and_a_plain_user_again(
    surroundings: Surroundings, accounts: Accounts
) -> None:
    person = newcomer(surroundings)
    assert one(accounts.users(), person.id)["role"] == "user"
    for role in ("admin", "user"):
        changed = accounts.role(person.email.upper(), role)
        assert (changed["email"], changed["role"]) == (person.email, role)
        assert one(accounts.users(), person.id)["role"] == role
        with surroundings.superuser() as connection:
            row = connection.execute(
                "SELECT role FROM users.profiles WHERE user_id = %s", (person.id,)
            ).fetchone()
        assert row == (role,)


def test_a_tenant_is_suspended_and_resumed(surroundings: Surroundings, accounts: Accounts) -> None:
    person = newcomer(surroundings)
    before = one(accounts.tenants(), person.tenant_id)
    assert (before["status"], before["users"]) == ("active", 1)
    for status in ("suspended", "active"):
        assert accounts.suspension(person.tenant_id, status)["id"] == person.tenant_id
        assert one(accounts.tenants(), person.tenant_id)["status"] == status


def test_what_is_typed_is_never_sql(surroundings: Surroundings, accounts: Accounts) -> None:
    person = newcomer(surroundings)
    for typed in ("' OR true --", '" $(touch /tmp/x)', ":'role'", "", "a\\' OR 1=1", "%"):
        with pytest.raises(Stopped):
            accounts.role(typed, "admin")
        with pytest.raises(Stopped):
            accounts.suspension(typed, "suspended")
    assert one(accounts.users(), person.id)["role"] == "user"
    assert one(accounts.tenants(), person.tenant_id)["status"] == "active"
