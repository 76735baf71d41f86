"""platformctl on a platform that runs."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import docker
import httpx
import pytest

from ops import dumps
from ops.holding import held
from ops.project import Project as Operated

from .project import Project
from .users import OPEN_SECONDS, PASSWORD, register, sign_in, works


def told(project: Project, *arguments: str) -> Any:
    """Return its JSON result, which stands after all messages."""
    ended = project.platformctl(*arguments, "--json")
    starts = [ended.output.find(sign) for sign in ("\n{", "\n[") if sign in ended.output]
    begin = 0 if ended.output[:1] in ("{", "[") else min(starts)
    return json.loads(ended.output[begin:])


def sql(project: Project, statement: str) -> str:
    """Run a statement as the superuser."""
    command = ["psql", "-XAtd", "pyairtable", "--set=ON_ERROR_STOP=1", "-c", statement]
    done = project.containers()["postgres"].exec_run(command, user="10002")
    assert done.exit_code == 0, done.output
    return bytes(done.output).decode().strip()


def may_sign_in(gateway: httpx.Client, email: str) -> bool:
    """Whether there is such a user; circuit breakers that are still open are waited for."""
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        credentials = {"email": email, "password": PASSWORD}
        answer = gateway.post("/api/v1/auth/login", json=credentials)
        if answer.status_code != 503 or time.monotonic() > deadline:
            assert answer.status_code in (200, 401), answer.text
            return answer.status_code == 200
        time.sleep(0.5)


def newest(project: Project) -> str:
    found: str = told(project, "backups")[0]["name"]
    return found


def test_status_tells_what_runs(project: Project) -> None:
    shown = told(project, "status")
    assert shown["deployed"] is True
    live = [each for each in shown["components"] if each["traffic"] == "live"]
    assert {each["name"] for each in live} == set(shown_services(project))
    assert all(each["state"] == "running" for each in live)
    assert shown["endpoints"] == project.outputs()["endpoints"]


def shown_services(project: Project) -> list[str]:
    services = project.outputs()["services"]
    assert isinstance(services, dict)
    return list(services)


def test_validation_passes_and_leaves_no_user(project: Project) -> None:
    report = told(project, "validate")
    assert report["passed"] is True
    kinds = [check["kind"] for check in report["checks"]]
    assert kinds.count("smoke") == 6
    assert kinds.count("health") == len(shown_services(project)) + 3
    assert sql(project, "SELECT count(*) FROM auth.users WHERE email LIKE 'smoke-%'") == "0"


def test_validation_names_what_is_not_well(project: Project, gateway: httpx.Client) -> None:
    postgres = project.containers()["postgres"]
    postgres.pause()
    try:
        ended = project.platformctl("validate", "--settle", "0")
    finally:
        postgres.unpause()
    assert ended.code == 1
    assert "paused" in ended.output
    assert "postgres: " in ended.output
    assert "Traceback" not in ended.output
    works(gateway)


def test_an_old_throw_away_user_of_a_killed_validation_is_removed(
    project: Project, gateway: httpx.Client
) -> None:
    email = "smoke-0123456789abcdef@example.com"
    credentials = {"email": email, "password": PASSWORD}
    assert gateway.post("/api/v1/auth/register", json=credentials).status_code == 201
    sql(project, f"UPDATE auth.users SET created_at = '2020-01-01' WHERE email = '{email}'")
    assert project.platformctl("validate").ok
    assert sql(project, f"SELECT count(*) FROM auth.users WHERE email = '{email}'") == "0"


def test_an_operator_shuts_a_tenant_out_and_lets_it_in_again(
    project: Project, gateway: httpx.Client
) -> None:
    email = register(gateway)
    headers = sign_in(gateway, email)
    (user,) = [each for each in told(project, "admin", "users") if each["email"] == email]
    assert told(project, "admin", "promote", email)["role"] == "admin"
    assert told(project, "admin", "demote", email)["role"] == "user"
    shut_out = told(project, "admin", "suspend", user["tenant_id"])
    assert shut_out["status"] == "suspended"
    _until(lambda: gateway.get("/api/v1/users/me", headers=headers).status_code == 403)
    assert told(project, "admin", "resume", user["tenant_id"])["status"] == "active"
    _until(lambda: gateway.get("/api/v1/users/me", headers=headers).status_code == 200)


def _until(seen: Callable[[], bool]) -> None:
    """Wait until something is seen; it is promised within a minute."""
    deadline = time.monotonic() + 120
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(1)


def test_a_restore_brings_back_what_was_and_keeps_what_is(
    project: Project, gateway: httpx.Client
) -> None:
    before = register(gateway)
    assert project.platformctl("backup").ok
    backup = newest(project)
    time.sleep(1.1)
    after = register(gateway)
    headers = sign_in(gateway, after)
    assert gateway.get("/api/v1/users/me", headers=headers).status_code == 200

    restored = project.platformctl("restore", backup, "--yes")
    assert restored.ok, restored.output
    assert "auth.users" in restored.output
    assert may_sign_in(gateway, before)
    assert not may_sign_in(gateway, after)
    # The profile was cached, and is forgotten all the same.
    assert gateway.get("/api/v1/users/me", headers=headers).status_code == 404

    back = project.platformctl("restore", newest(project), "--yes")
    assert back.ok, back.output
    assert may_sign_in(gateway, before)
    assert may_sign_in(gateway, after)


def test_a_restore_that_is_not_wanted_touches_nothing(project: Project) -> None:
    started = {name: each.attrs["State"]["StartedAt"] for name, each in containers(project)}
    assert project.platformctl("restore", newest(project)).code == 2
    assert project.platformctl("restore", "nothing.dump", "--yes").code == 2
    after = {name: each.attrs["State"]["StartedAt"] for name, each in containers(project)}
    assert after == started


def containers(project: Project) -> list[tuple[str, Any]]:
    return sorted(project.containers().items())


def test_a_backup_whose_schema_cannot_be_used_goes_back_by_itself(
    project: Project, gateway: httpx.Client
) -> None:
    email = register(gateway)
    revision = sql(project, "SELECT version_num FROM public.alembic_version")
    sql(project, "DELETE FROM public.alembic_version")
    try:
        assert project.platformctl("backup").ok
    finally:
        sql(project, f"INSERT INTO public.alembic_version VALUES ('{revision}')")
    ended = project.platformctl("restore", newest(project), "--yes")
    assert ended.code == 1
    assert "The data of before is back" in ended.output
    assert "Traceback" not in ended.output
    assert may_sign_in(gateway, email)
    assert sql(project, "SELECT version_num FROM public.alembic_version") == revision


def test_an_interrupted_restore_is_finished_and_everything_runs_again(project: Project) -> None:
    assert project.platformctl("backup").ok
    command = ("python", "-m", "ops.cli", "restore", newest(project), "--yes")
    process = project.start(*command, "--stack", project.stack)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("The present is kept as "):
        assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 5, output
    assert "Starting it again" in output
    assert project.platformctl("validate", "--settle", "30").ok


def test_while_data_is_worked_on_no_update_starts(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", project.environment()["PULUMI_BACKEND_URL"])
    with held(Operated(project.folder, project.stack)):
        update = project.up()
        assert not update.ok
        assert f"(pid {os.getpid()})" in update.output
        assert project.platformctl("up").code == 4
        assert project.platformctl("backup").code == 4
    assert project.platformctl("backup").ok


def test_a_killed_up_is_taken_up_by_the_next_one(project: Project) -> None:
    project.containers()["router"].remove(force=True)
    command = ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
    process = project.start(*command, "--stack", project.stack)
    time.sleep(3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    ended = project.platformctl("up")
    assert ended.ok, ended.output
    assert f"process {process.pid}" in ended.output
    assert "that process is gone" in ended.output


def test_ctrl_c_ends_an_up_in_order(project: Project) -> None:
    project.containers()["router"].remove(force=True)
    process = project.start("python", "-m", "ops.cli", "up", "--stack", project.stack)
    deadline = time.monotonic() + 60
    while "router" not in project.containers() and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 5, output
    assert "goes on from there" in output
    ended = project.platformctl("up")
    assert ended.ok, ended.output
    assert "is gone" not in ended.output


def test_a_backup_that_a_kept_release_names_stays_however_few_are_kept(project: Project) -> None:
    assert project.platformctl("backup").ok
    named, job = newest(project), project.containers()["backup"]
    dumps.protect(job, [named])
    try:
        for _ in range(2):
            dumps.make(Operated(project.folder, project.stack), keep=1)
        listed = {each["name"]: each["intact"] for each in told(project, "backups")}
    finally:
        dumps.protect(job, [])
    assert listed[named] is True
    assert len(listed) == 2


def test_logs_are_those_of_the_slot_that_serves(project: Project) -> None:
    ended = project.platformctl("logs", "auth-service", "--tail", "5")
    assert ended.ok
    assert '"service": "auth-service"' in ended.output or '"auth-service"' in ended.output


def test_purging_removes_the_volumes_of_its_stack_only(project: Project) -> None:
    engine = docker.from_env()
    kept = {volume.name for volume in engine.volumes.list()}
    stack = f"{project.stack}-purged"
    labels = {"com.pyairtable.stack": stack, "com.pyairtable.component": "postgres-data"}
    name = f"pyairtable-{stack}-postgres-data"
    engine.volumes.create(name, labels=labels)
    purge = ("python", "-m", "ops.cli", "down", "--purge", "--stack", stack)
    refused = project.run(*purge)
    assert refused.code == 2
    assert name in refused.output
    assert project.run(*purge, "--yes").ok
    assert {volume.name for volume in engine.volumes.list()} == kept
