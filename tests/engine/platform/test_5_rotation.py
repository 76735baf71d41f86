"""Secrets change while the platform serves: no request is lost and nobody is signed out."""

from __future__ import annotations

import io
import os
import signal
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from docker.models.containers import Container

from tests.load import Load, vegeta

from .conftest import GATEWAY_PORT
from .project import ROOT, Ended, Project
from .users import PASSWORD, register

# What two cores carry beside two versions of everything.
RATE = 20
SECRETS = ("API_KEY", "JWT_SECRET", "POSTGRES_PASSWORD", "REDIS_PASSWORD")
STORES = ("postgres", "redis")
ATTEMPTS = 5
# Nothing is to go back because two cores are slow.
UNHURRIED = {"maxP99Milliseconds": "30000", "drainSeconds": "10"}


@pytest.fixture
def rotating(project: Project) -> Iterator[Project]:
    """The shared deployment; its settings are put back afterwards."""
    settings = project.folder / ".state" / "stacks" / f"Pulumi.{project.stack}.yaml"
    before = settings.read_text()
    for key, value in UNHURRIED.items():
        project.set(f"release.{key}", value)
    yield project
    settings.write_text(before)


def serving(project: Project, service: str) -> Container:
    services: Any = project.outputs()["services"]
    return project.containers()[f"{service}-{services[service]['slot']}"]


def told(container: Container, *command: str) -> str:
    """What a command in a container printed; asked again when a busy engine lost all of it."""
    for _ in range(ATTEMPTS):
        if printed := bytes(container.exec_run(list(command)).output).decode().strip():
            return printed
        time.sleep(1)
    return ""


def held(project: Project) -> dict[str, str]:
    """The values that auth-service uses now, by file."""
    files = ("api-key", "jwt-secret", "postgres-password", "redis-password")
    auth = serving(project, "auth-service")
    found = {name: content(auth, f"/run/secrets/{name}") for name in files}
    assert {name: len(value) for name, value in found.items() if len(value) < 43} == {}
    return found


def content(container: Container, path: str) -> str:
    """A file of a container, as the engine gives it: that loses nothing on a busy machine."""
    chunks, _ = container.get_archive(path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        file = archive.extractfile(path.rpartition("/")[2])
        assert file is not None
        return file.read().decode().strip()


def starts(project: Project) -> dict[str, object]:
    """When each store's process began."""
    containers = project.containers()
    return {
        name: (containers[name].id, containers[name].attrs["State"]["StartedAt"]) for name in STORES
    }


def load(folder: Path) -> Load:
    return Load(GATEWAY_PORT, RATE, folder, vegeta(ROOT / ".state" / "bench"))


def is_refused(project: Project, old: Mapping[str, str], headers: dict[str, str]) -> None:
    """Nothing takes the old values any more, and everything the new ones."""
    new, user = held(project), serving(project, "user-service")
    containers = project.containers()
    url = "http://127.0.0.1:8002/users/me"
    key = "X-API-Key: {}"
    known, unknown = "Sign in first", "takes requests of services only"
    assert known in told(user, "curl", "-s", "-H", key.format(new["api-key"]), url)
    assert unknown in told(user, "curl", "-s", "-H", key.format(old["api-key"]), url)
    with httpx.Client(base_url=f"http://127.0.0.1:{GATEWAY_PORT}", timeout=10) as client:
        assert client.get("/api/v1/users/me", headers=headers).status_code == 401

    def redis(values: Mapping[str, str]) -> str:
        login = ("--user", "auth-service", "--no-auth-warning", "--pass", values["redis-password"])
        return told(containers["redis"], "redis-cli", *login, "exists", "auth-service:none")

    assert redis(new) == "0"
    assert "WRONGPASS" in redis(old)

    def postgres(role: str, values: Mapping[str, str]) -> str:
        login = f"user={role} password={values['postgres-password']}"
        place = f"host=127.0.0.1 dbname=pyairtable {login}"
        return told(containers["postgres"], "psql", "-XAtc", "SELECT current_user", place)

    assert postgres("auth_service_b", new) == "auth_service_b"
    assert "authentication failed" in postgres("auth_service", old)


@pytest.mark.long
def test_all_secrets_are_rotated_under_load_without_a_lost_request(
    rotating: Project, gateway: httpx.Client, tmp_path: Path
) -> None:
    command = ("python", "-m", "ops.cli", "rotate", *SECRETS, "--stack", rotating.stack)
    old, begun = held(rotating), starts(rotating)
    credentials = {"email": register(gateway), "password": PASSWORD}
    signed_in = gateway.post("/api/v1/auth/login", json=credentials).json()
    headers = {"Authorization": f"Bearer {signed_in['access_token']}"}

    with load(tmp_path) as first:
        process = rotating.start(*command)
        output = until(process, "Waiting until ")
        # The old token still counts, though the new secret signs.
        answer = gateway.get("/api/v1/users/me", headers=headers)
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    print(first.told())
    assert process.returncode == 5, output + rest
    assert "the new value is used" in output
    assert answer.status_code == 200
    assert first.failed == []

    with load(tmp_path) as second:
        ended: Ended = rotating.run(*command, "--now")
    print(second.told())
    assert ended.ok, ended.output
    assert "is accepted" not in ended.output.partition("Stop it")[2]
    assert second.failed == []
    assert starts(rotating) == begun

    is_refused(rotating, old, headers)
    renewed = gateway.post(
        "/api/v1/auth/refresh", json={"refresh_token": signed_in["refresh_token"]}
    )
    assert renewed.status_code == 200, renewed.text
    headers = {"Authorization": f"Bearer {renewed.json()['access_token']}"}
    assert gateway.get("/api/v1/users/me", headers=headers).status_code == 200
    exported = ("stack", "export", "--show-secrets", "--stack", rotating.stack)
    state = rotating.pulumi(*exported, check=True).output
    assert not any(value in state for value in old.values())
    assert "rotation of api-key" in state
    assert "auth-service" not in moved(rotating)


def moved(project: Project) -> str:
    """What a further update says that it moves: nothing when all is as it is to be."""
    ended = project.up(check=True)
    return "\n".join(line for line in ended.output.splitlines() if "of the traffic" in line)


def until(process: Any, text: str) -> str:
    """Return what a process has printed once it has printed a text."""
    seen = []
    deadline = time.monotonic() + 900
    for line in process.stdout:
        seen.append(line)
        if text in line:
            return "".join(seen)
        assert time.monotonic() < deadline, "".join(seen)
    raise AssertionError("".join(seen))
