"""A volume that is full: readable failures, nothing lost, and well again when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import httpx
import pytest
from docker.models.containers import Container

from .conftest import deployed
from .project import Project
from .users import PASSWORD, me, register, works

# A stack of its own, made and removed for these two.
pytestmark = pytest.mark.long
STACK = "enginetest3"
PORT = 18182
SIZES_MIB = {"postgres-data": 256, "backups": 32}


@pytest.fixture(scope="module")
def holder(project: Project) -> Iterator[Container]:
    """Small volumes in memory, in the place of those that the stack would make, kept mounted."""
    client = docker.from_env()
    Project(folder=project.folder, stack=STACK).remove_everything()
    volumes = {}
    for name, mib in SIZES_MIB.items():
        made = client.volumes.create(
            f"pyairtable-{STACK}-{name}",
            driver_opts={"type": "tmpfs", "device": "tmpfs", "o": f"size={mib}m"},
            labels={"com.pyairtable.stack": STACK},
        )
        volumes[made.name] = {"bind": f"/{name}", "mode": "rw"}
    image = project.containers()["postgres"].image
    holder = client.containers.run(
        image, ["sleep", "1000"], user="0", detach=True, volumes=volumes, entrypoint=""
    )
    yield holder
    holder.remove(force=True)
    for name in volumes:
        client.volumes.get(name).remove(force=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, holder: Container) -> Iterator[Project]:
    folder: Path = tmp_path_factory.mktemp("small")
    with deployed(folder, STACK, PORT, 13182, keep=SIZES_MIB) as made:
        yield made


@contextmanager
def full(holder: Container, volume: str) -> Iterator[None]:
    """Fill a volume to its last byte."""
    filled = holder.exec_run(["sh", "-c", f"cat /dev/zero >/{volume}/filler"])
    assert b"No space left on device" in filled.output
    yield
    holder.exec_run(["rm", f"/{volume}/filler"])


def test_a_full_data_volume_is_an_error_to_the_user_and_passes_when_there_is_room(
    small: Project, holder: Container
) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as gateway:
        email = register(gateway)
        with full(holder, "postgres-data"):
            answers = [
                gateway.post(
                    "/api/v1/auth/register",
                    json={
                        "email": f"full-{number}@example.com",
                        "password": PASSWORD,
                        "first_name": "x" * 90,
                    },
                )
                for number in range(300)
            ]
            refused = [answer for answer in answers if answer.status_code != 201]
            assert refused
            assert {answer.status_code for answer in refused} == {503}
            assert all(answer.json()["error"]["code"] for answer in refused)
        small.up(check=True)
        assert me(gateway, email) == email
        works(gateway)


def test_a_dump_that_finds_no_room_stops_the_update_before_the_schema_is_touched(
    small: Project, holder: Container
) -> None:
    versions = small.folder / "services/migrations/versions"
    head = sorted(versions.glob("[0-9]*.py"))[-1]
    revision = head.read_text().split('revision = "')[1].split('"')[0]
    (versions / "9998_more.py").write_text(
        f'"""One more table."""\n\nfrom alembic import op\n\nrevision = "9998"\n'
        f'down_revision = "{revision}"\n\n\ndef upgrade() -> None:\n'
        '    op.execute("CREATE TABLE users.one_more (id int)")\n'
    )
    with full(holder, "backups"):
        ended = small.up()
        assert not ended.ok
        assert "Traceback" not in ended.output
        assert "No space left on device" in ended.output
        assert not _made(small)
        with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=10) as gateway:
            works(gateway)
    small.up(check=True)
    assert _made(small)


def _made(project: Project) -> bool:
    query = ["psql", "-d", "pyairtable", "-Atc", "SELECT to_regclass('users.one_more') IS NOT NULL"]
    found = project.containers()["postgres"].exec_run(query, user="10002")
    assert found.exit_code == 0, found.output
    return bool(found.output.decode().strip() == "t")
