"""What an operator does with users and tenants."""

from __future__ import annotations

import json
from typing import Any

import pytest
from docker.models.containers import ExecResult
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.commands import admin

from .conftest import Sandbox

ADA = {"email": "ada@example.com", "role": "admin", "id": "u1", "tenant": "Ada", "created_at": "t"}
TENANT = {"name": "Ada", "status": "active", "plan": "free", "users": 2, "id": "t1"}


class Postgres:
    """Answers as the database's container does. asked: the variables of each call."""

    def __init__(self, *rows: dict[str, Any], code: int = 0, error: bytes = b"") -> None:
        self.rows, self.code, self.error = rows, code, error
        self.asked: list[dict[str, str]] = []

    def exec_run(self, command: list[str], environment: dict[str, str], demux: bool) -> ExecResult:
        assert command[:2] == ["sh", "-c"] and demux
        # What was typed is no part of the program.
        assert not any(environment[name] in command[2] for name in environment)
        self.asked.append(environment)
        out = "".join(json.dumps(row) + "\n" for row in self.rows).encode()
        return ExecResult(self.code, (out or None, self.error or None))


def run(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, postgres: Postgres, *arguments: str
) -> Result:
    def chosen(project: object, component: str, slot: str | None) -> Postgres:
        assert (component, slot) == ("postgres", None)
        return postgres

    monkeypatch.setattr(admin, "chosen", chosen)
    return CliRunner().invoke(app, ["admin", *arguments])


def test_users_and_tenants_are_listed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run(sandbox, monkeypatch, Postgres(ADA), "users")
    assert shown.exit_code == 0, shown.output
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert lines == [
        ["email", "role", "tenant", "id", "created_at"],
        ["ada@example.com", "admin", "Ada", "u1", "t"],
    ]
    as_json = run(sandbox, monkeypatch, Postgres(TENANT), "tenants", "--json")
    assert json.loads(as_json.stdout) == [TENANT]


@pytest.mark.parametrize(
    ("action", "given", "said"),
    [
        ("promote", {"GIVEN_role": "admin"}, "has the role admin from the next token on"),
        ("demote", {"GIVEN_role": "user"}, "has the role"),
        ("suspend", {"GIVEN_wanted": "suspended"}, "Tenant Ada is suspended"),
        ("resume", {"GIVEN_wanted": "active"}, "Tenant Ada is active"),
    ],
)
def test_a_role_and_a_suspension_are_changed(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    given: dict[str, str],
    said: str,
) -> None:
    postgres = Postgres({**ADA, "name": "Ada"})
    done = run(sandbox, monkeypatch, postgres, action, "o'neill@example.com", "--json")
    assert done.exit_code == 0, done.output
    assert said in done.stderr
    assert json.loads(done.stdout)["id"] == "u1"
    asked = postgres.asked[0]
    assert {"GIVEN_who": "o'neill@example.com", **given}.items() <= asked.items()
    assert "o'neill" not in asked["STATEMENT"]


@pytest.mark.parametrize("action", ["promote", "suspend"])
def test_who_is_not_there_is_said(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    done = run(sandbox, monkeypatch, Postgres(), action, "nobody")
    assert done.exit_code == 1
    assert "There is no" in done.stderr and "platformctl admin" in done.stderr


@pytest.mark.parametrize("arguments", [["users", "ada"], ["promote"], ["resume"]])
def test_a_wrong_call_touches_nothing(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    postgres = Postgres(ADA)
    assert run(sandbox, monkeypatch, postgres, *arguments).exit_code == 2
    assert postgres.asked == []


def test_a_database_that_refuses_is_told_with_its_reason(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres = Postgres(code=2, error=b"psql: error: the database is starting up\n    ^\n")
    done = run(sandbox, monkeypatch, postgres, "users")
    assert done.exit_code == 1
    assert "the database is starting up" in done.stderr
