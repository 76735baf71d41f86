"""What the services find around them: their variables, their secrets, the two stores."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import httpx
import migrations.cli
import psycopg
from fastapi import FastAPI
from redis import Redis

from .stores import Store, redis_admin, superuser

ROOT = Path(__file__).parents[2]
DATABASE_SERVICES = (
    "auth-service",
    "user-service",
    "workspace-service",
    "tenant-service",
    "platform-services",
    "automation-services",
    "airtable-emulator",
)
SERVICES = (
    *DATABASE_SERVICES,
    "api-gateway",
    "airtable-gateway",
    "mcp-server",
    "llm-orchestrator",
    "frontend",
)


@dataclass
class Surroundings:
    """The two stores, and a folder of secret files as the containers have it.

    In the folder, `<service>-postgres-password` and `<service>-redis-password` are logins.
    """

    postgres: Store
    redis: Store
    secrets: Path

    def secret(self, name: str) -> str:
        """Return a secret."""
        return (self.secrets / name).read_text()

    def environment(self, service: str, port: int = 8001) -> dict[str, str]:
        """Return the variables of a service, those that the platform sets."""
        return {
            "ENVIRONMENT": "test",
            "LOG_LEVEL": "INFO",
            "PORT": str(port),
            "SERVICE_VERSION": "1.2.3",
            "API_KEY_FILE": str(self.secrets / "api-key"),
            "JWT_SECRET_FILE": str(self.secrets / "jwt-secret"),
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(self.postgres.port),
            "POSTGRES_DB": "pyairtable",
            "POSTGRES_USER": service.replace("-", "_"),
            "POSTGRES_PASSWORD_FILE": str(self.secrets / f"{service}-postgres-password"),
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.redis.port),
            "REDIS_DB": "0",
            "REDIS_USER": service,
            "REDIS_PASSWORD_FILE": str(self.secrets / f"{service}-redis-password"),
        }

    def superuser(self, database: str = "pyairtable") -> psycopg.Connection:
        """Connect to PostgreSQL as its superuser."""
        return superuser(self.postgres.port, self.secret("postgres-password"), database)

    def redis_admin(self) -> Redis:
        """Connect to Redis as its admin."""
        return redis_admin(self.redis.port, self.secret("redis-password"))

    def as_role(self, role: str, database: str = "pyairtable") -> psycopg.Connection:
        """Connect to PostgreSQL as a service does."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.postgres.port,
            user=role,
            password=self.secret(f"{role.replace('_', '-')}-postgres-password"),
            dbname=database,
            autocommit=True,
        )

    def migrate(
        self, *arguments: str, database: str = "pyairtable", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the migrations in this process; the rest is as for migrate_apart."""
        out, err = io.StringIO(), io.StringIO()
        environment = self._of_migrations(database, variables)
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = migrations.cli.main(arguments)
        return subprocess.CompletedProcess([], code, out.getvalue(), err.getvalue())

    def migrate_apart(
        self, *arguments: str, database: str = "pyairtable", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the migrations as their container does."""
        environment = self._of_migrations(database, variables)
        return run_program("migrations", *arguments, environment=environment)

    def _of_migrations(self, database: str, variables: dict[str, str]) -> dict[str, str]:
        return {
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(self.postgres.port),
            "POSTGRES_DB": database,
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD_FILE": str(self.secrets / "postgres-password"),
            **variables,
        }

    def start_program(self, service: str, **variables: str) -> subprocess.Popen[str]:
        """Start a service as its container does."""
        package = service.replace("-", "_")
        environment = {**self.environment(service), **variables}
        return subprocess.Popen(
            [sys.executable, "-m", package],
            env=_process_environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def run_program(
    package: str, *arguments: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program of the services to its end."""
    return subprocess.run(
        [sys.executable, "-m", package, *arguments],
        env=_process_environment(environment),
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )


def _process_environment(environment: dict[str, str]) -> dict[str, str]:
    packages = os.pathsep.join(str(ROOT / folder) for folder in ("services", "services/shared"))
    return {"PATH": os.environ["PATH"], "PYTHONPATH": packages, **environment}


@contextlib.asynccontextmanager
async def serving(app: FastAPI, api_key: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of an application that runs in this process; api_key: what it sends."""
    headers = {} if api_key is None else {"X-API-Key": api_key}
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://service", headers=headers
        ) as client,
    ):
        yield client
