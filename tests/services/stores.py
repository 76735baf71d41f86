"""PostgreSQL and Redis of the distribution, each an instance of the tests' own."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

# PostgreSQL refuses to run as root.
USER = "nobody" if os.geteuid() == 0 else None
POSTGRES_FOLDERS = ("/usr/lib/postgresql/15/bin", "/usr/local/bin", "/usr/bin")
PATIENCE = 120.0


def program(name: str, package: str) -> str:
    """Return the path of a program; without it the tests fail with what to install."""
    path = os.pathsep.join([*POSTGRES_FOLDERS, os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise RuntimeError(f"These tests need {name}: apt-get install {package}")
    return found


_given: set[int] = set()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on and that was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


@dataclass
class Store:
    """One server process that can be stopped and started again on its port and data."""

    port: int
    folder: Path
    command: Sequence[str]
    stop_signal: signal.Signals
    answers: Callable[[], object]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            self.command, user=USER, cwd=self.folder, stdout=log, stderr=log
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.answers()
                return
            except (psycopg.OperationalError, redis.RedisError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop it; its data stay."""
        if self.process is not None:
            self.process.send_signal(self.stop_signal)
            self.process.wait(PATIENCE)
            self.process = None


def postgres_store(folder: Path, password: str) -> Store:
    """Return a PostgreSQL, not started, whose superuser has this password."""
    given = folder / "password"
    given.write_text(password)
    own(folder, given)
    data = folder / "data"
    initdb = [
        program("initdb", "postgresql-15"),
        f"--pgdata={data}",
        "--username=postgres",
        "--auth=scram-sha-256",
        f"--pwfile={given}",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(initdb, user=USER, cwd=folder, check=True, capture_output=True)
    port = free_port()
    server = [program("postgres", "postgresql-15"), "-D", str(data), "-p", str(port)]
    tuning = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "32MB",
        "max_connections": "120",
    }
    options = [word for name, value in tuning.items() for word in ("-c", f"{name}={value}")]

    def answers() -> None:
        superuser(port, password, "postgres").close()

    return Store(port, folder, [*server, *options], signal.SIGINT, answers)


def superuser(port: int, password: str, database: str) -> psycopg.Connection:
    """Connect as the superuser, each statement a transaction of its own."""
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user="postgres",
        password=password,
        dbname=database,
        autocommit=True,
        connect_timeout=3,
    )


def redis_store(folder: Path, passwords: Mapping[str, str]) -> Store:
    """Return a Redis, not started, with one user per service and `admin`, as the platform's."""
    users = ["user default off"]
    for name, password in passwords.items():
        keys = "~* &* +@all" if name == "admin" else _rights(name)
        users.append(f"user {name} on #{hashlib.sha256(password.encode()).hexdigest()} {keys}")
    (folder / "users.acl").write_text("\n".join(users) + "\n")
    own(folder, folder / "users.acl")
    port = free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port)]
    command += ["--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "yes"]
    command += ["--aclfile", str(folder / "users.acl")]

    def answers() -> None:
        with redis_admin(port, passwords["admin"]) as client:
            client.ping()

    return Store(port, folder, command, signal.SIGTERM, answers)


def _rights(service: str) -> str:
    return (
        f"resetkeys ~{service}:* ~shared:* resetchannels &{service}:* &shared:*"
        " +@all -@admin -@dangerous +info"
    )


def redis_admin(port: int, password: str) -> redis.Redis:
    """Connect to Redis as its admin."""
    return redis.Redis(
        host="127.0.0.1", port=port, username="admin", password=password, decode_responses=True
    )


def own(*paths: Path) -> None:
    """Give paths to the user that the servers run as."""
    if USER is not None:
        for path in paths:
            shutil.chown(path, USER)


def new_secret() -> str:
    """Return a new password."""
    return secrets.token_urlsafe(32)
