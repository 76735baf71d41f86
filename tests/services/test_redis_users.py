"""The Redis image's own scripts: its users follow the secret files while it runs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from .stores import PATIENCE, USER, free_port, own, program

IMAGE = Path(__file__).resolve().parents[2] / "images" / "redis"
OLD, NEW = "o" * 43, "n" * 43


@dataclass
class Server:
    """A Redis that the scripts have started, with their folders below one of the test."""

    folder: Path
    port: int

    def holds(self, **files: str) -> None:
        """Let the secret files be these; a name has - for _."""
        secrets = self.folder / "secrets"
        shutil.rmtree(secrets, ignore_errors=True)
        secrets.mkdir()
        for name, value in files.items():
            (secrets / name.replace("_", "-")).write_text(value)
        own(secrets, *secrets.iterdir())

    def run(self, name: str) -> subprocess.Popen[str]:
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return subprocess.Popen(
            [str(self.folder / "bin" / name)],
            user=USER,
            cwd=self.folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def takes(self) -> tuple[int, str]:
        """Exit code and errors of take-secrets."""
        process = self.run("take-secrets")
        _, said = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def connect(self, user: str, password: str) -> redis.Redis:
        return redis.Redis(port=self.port, username=user, password=password, decode_responses=True)

    def accepts(self, user: str, password: str) -> bool:
        try:
            with self.connect(user, password) as client:
                client.get(f"{user}:none")
        except redis.AuthenticationError:
            return False
        return True


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the user of the server reaches; those of pytest are root's own."""
    folder = Path(tempfile.mkdtemp(prefix="pyairtable-redis-"))
    own(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(reachable: Path) -> Iterator[Server]:
    program("redis-server", "redis-server")
    made = Server(reachable, free_port())
    for folder in ("bin", "run", "data"):
        (reachable / folder).mkdir()
        own(reachable / folder)
    places = {
        "/run/secrets": f"{reachable}/secrets",
        "/run/redis": f"{reachable}/run",
        "--dir /data": f"--dir {reachable}/data",
        "--port 6379": f"--port {made.port}",
        "redis-cli ": f"redis-cli -p {made.port} ",
    }
    for name in ("entrypoint", "users", "take-secrets"):
        text = (IMAGE / name).read_text()
        for place, instead in places.items():
            text = text.replace(place, instead)
        (reachable / "bin" / name).write_text(text)
        (reachable / "bin" / name).chmod(0o755)
    made.holds(redis_password=OLD, auth_service_redis_password=OLD)
    process = made.run("entrypoint")
    try:
        answers(made, process)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def answers(server: Server, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            server.connect("health", "x").ping()
            return
        except redis.ConnectionError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_password_changes_without_a_restart_and_open_connections_stay(server: Server) -> None:
    with server.connect("auth-service", OLD) as before:
        before.set("auth-service:a", "1")
        server.holds(
            redis_password=OLD,
            redis_password_also=NEW,
            auth_service_redis_password=OLD,
            auth_service_redis_password_also=NEW,
        )
        assert server.takes() == (0, "")
        for user in ("admin", "auth-service"):
            assert server.accepts(user, OLD)
            assert server.accepts(user, NEW)
        server.holds(redis_password=NEW, auth_service_redis_password=NEW)
        assert server.takes() == (0, "")
        for user in ("admin", "auth-service"):
            assert not server.accepts(user, OLD)
            assert server.accepts(user, NEW)
        assert before.get("auth-service:a") == "1"


def test_a_service_keeps_to_its_own_keys_whenever_its_password_was_taken(server: Server) -> None:
    assert server.takes() == (0, "")
    with server.connect("auth-service", OLD) as client:
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.get("user-service:a")
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.acl_users()


def test_a_service_that_comes_is_let_in_and_one_that_goes_is_not(server: Server) -> None:
    server.holds(redis_password=OLD, user_service_redis_password=NEW)
    assert server.takes() == (0, "")
    assert server.accepts("user-service", NEW)
    assert not server.accepts("auth-service", OLD)


def test_nobody_gets_in_by_a_users_name_alone(server: Server) -> None:
    assert not server.accepts("keeper", "")
    assert not server.accepts("keeper", "x")
    with server.connect("health", "x") as client, pytest.raises(redis.ResponseError):
        client.get("auth-service:a")


def test_without_the_secret_files_the_server_keeps_its_users_and_says_so(server: Server) -> None:
    shutil.rmtree(server.folder / "secrets")
    code, said = server.takes()
    assert code != 0
    assert "secrets" in said
    assert server.accepts("auth-service", OLD)


def test_a_server_that_is_away_takes_nothing_and_that_is_an_error(server: Server) -> None:
    with server.connect("admin", OLD) as admin:
        admin.shutdown(nosave=True)
    code, _ = server.takes()
    assert code != 0
