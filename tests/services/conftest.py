"""Fixtures: real stores for all tests of the services, started once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from auth_service.application import application as auth_application
from auth_service.settings import Settings as AuthSettings
from tenant_service.application import application as tenant_application
from tenant_service.settings import Settings as TenantSettings
from user_service.application import application as user_application
from user_service.settings import Settings as UserSettings
from workspace_service.application import application as workspace_application
from workspace_service.settings import Settings as WorkspaceSettings

from .automation_fixtures import Outside
from .running import served
from .stores import Store, new_secret, own, postgres_store, redis_store
from .surroundings import DATABASE_SERVICES, SERVICES, Surroundings, serving


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the stores' user may enter, which pytest's own folders forbid."""
    path = Path(tempfile.mkdtemp(prefix="pyairtable-services-"))
    own(path)
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def secrets_folder(folder: Path) -> Path:
    """The secret files of all services."""
    path = folder / "secrets"
    path.mkdir()
    names = ["api-key", "jwt-secret", "postgres-password", "redis-password"]
    names += [f"{service}-postgres-password" for service in DATABASE_SERVICES]
    names += [f"{service}-redis-password" for service in SERVICES]
    for name in names:
        (path / name).write_text(new_secret() + new_secret())
    return path


@pytest.fixture(scope="session")
def postgres(folder: Path, secrets_folder: Path) -> Iterator[Store]:
    """A running PostgreSQL with an empty database `pyairtable`."""
    place = folder / "postgres"
    place.mkdir()
    password = (secrets_folder / "postgres-password").read_text()
    store = postgres_store(place, password)
    store.start()
    with Surroundings(store, store, secrets_folder).superuser("postgres") as connection:
        connection.execute("CREATE DATABASE pyairtable")
    yield store
    store.stop()


@pytest.fixture(scope="session")
def redis(folder: Path, secrets_folder: Path) -> Iterator[Store]:
    """A running Redis with a user for each service."""
    place = folder / "redis"
    place.mkdir()
    passwords = {name: (secrets_folder / f"{name}-redis-password").read_text() for name in SERVICES}
    admin = (secrets_folder / "redis-password").read_text()
    store = redis_store(place, {"admin": admin, **passwords})
    store.start()
    yield store
    store.stop()


@pytest.fixture(scope="session")
def surroundings(postgres: Store, redis: Store, secrets_folder: Path) -> Surroundings:
    """Both stores and the secrets; the database is up to date."""
    made = Surroundings(postgres, redis, secrets_folder)
    done = made.migrate()
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture
async def auth(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of auth-service."""
    settings = AuthSettings.from_environment(surroundings.environment("auth-service"))
    async with serving(auth_application(settings), surroundings.secret("api-key")) as client:
        yield client


@pytest.fixture
async def users(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of user-service."""
    settings = UserSettings.from_environment(surroundings.environment("user-service"))
    async with serving(user_application(settings), surroundings.secret("api-key")) as client:
        yield client


@pytest.fixture
async def tenants(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of tenant-service."""
    variables = {**surroundings.environment("tenant-service"), "PUBLISH_SECONDS": "0.5"}
    settings = TenantSettings.from_environment(variables)
    async with serving(tenant_application(settings), surroundings.secret("api-key")) as client:
        yield client


@pytest.fixture
async def workspaces(surroundings: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of workspace-service."""
    settings = WorkspaceSettings.from_environment(surroundings.environment("workspace-service"))
    async with serving(workspace_application(settings), surroundings.secret("api-key")) as client:
        yield client


@pytest.fixture
def outside() -> Outside:
    """A server that workflows may call."""
    return Outside()


@pytest.fixture
def url(outside: Outside) -> Iterator[str]:
    """Where that server is."""
    with served(outside.app) as made:
        yield made
