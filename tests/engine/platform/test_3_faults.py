"""Faults end well: the old version serves on, the reason is readable, the next `up` converges."""

from __future__ import annotations

import io
import socket
import tarfile
from collections.abc import Iterator

import docker
import httpx
import pytest

from .conftest import GATEWAY_PORT
from .project import Ended, Project
from .users import works


def image(tag: str, command: str) -> str:
    """Make an image on our base that runs just this shell command."""
    base = next(
        tag
        for each in docker.from_env().images.list("pyairtable/base")
        for tag in each.tags
        if tag.startswith("pyairtable/base:")
    )
    text = f'FROM {base}\nCMD ["sh", "-c", "{command}"]\n'.encode()
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    context.seek(0)
    docker.from_env().images.build(fileobj=context, custom_context=True, tag=tag)
    return tag


@pytest.fixture
def user_service(project: Project) -> Iterator[str]:
    """Key of the image of user-service, put back afterwards."""
    key = "services.user-service.image"
    yield key
    project.unset(key)
    project.up(check=True)


def readable(ended: Ended) -> None:
    assert not ended.ok
    assert "Traceback" not in ended.output, ended.output


def test_an_image_that_exits_at_once_fails_the_update_and_the_old_version_serves(
    project: Project, gateway: httpx.Client, user_service: str
) -> None:
    project.set(user_service, image("pyairtable-test/exits:1", "echo cannot start; exit 3"))
    ended = project.up()
    readable(ended)
    assert "user-service-green" in ended.output
    assert "exit code 3" in ended.output
    assert "cannot start" in ended.output
    works(gateway)


def test_an_image_that_never_turns_healthy_fails_the_update_and_the_old_version_serves(
    project: Project, gateway: httpx.Client, user_service: str
) -> None:
    project.set("health.gateTimeoutSeconds", "6")
    project.set(user_service, image("pyairtable-test/silent:1", "echo waiting; sleep 600"))
    ended = project.up()
    project.set("health.gateTimeoutSeconds", "60")
    readable(ended)
    assert "was not healthy within 6 s" in ended.output
    assert "waiting" in ended.output
    works(gateway)


def test_a_failed_image_is_tried_again_and_does_not_turn_green_by_itself(
    project: Project, user_service: str
) -> None:
    project.set(user_service, image("pyairtable-test/exits:1", "echo cannot start; exit 3"))
    readable(project.up())
    readable(project.up())


def test_a_taken_port_is_named_and_the_next_up_converges(
    project: Project, gateway: httpx.Client
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        project.set("entry.gatewayPort", str(port))
        ended = project.up()
        readable(ended)
        assert str(port) in ended.output
    project.set("entry.gatewayPort", str(GATEWAY_PORT))
    project.up(check=True)
    works(gateway)


def test_without_an_engine_one_paragraph_says_what_to_do(project: Project) -> None:
    project.variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"
    try:
        ended = project.up()
    finally:
        del project.variables["DOCKER_HOST"]
    readable(ended)
    assert "/nonexistent/docker.sock" in ended.output


def test_a_wrong_database_password_is_named_and_the_next_up_repairs_it(
    project: Project, gateway: httpx.Client
) -> None:
    postgres = project.containers()["postgres"]
    broken = postgres.exec_run(
        ["psql", "-d", "pyairtable", "-c", "ALTER ROLE user_service PASSWORD 'wrong'"],
        user="10002",
    )
    assert broken.exit_code == 0, broken.output
    project.containers()["user-service-blue"].restart(timeout=1)
    ended = project.up()
    readable(ended)
    assert "user-service" in ended.output
    project.containers()["migrations"].remove(force=True)
    project.up(check=True)
    works(gateway)


def test_a_migration_that_fails_leaves_everything_as_it_was(
    project: Project, gateway: httpx.Client
) -> None:
    versions = project.folder / "services/migrations/versions"
    bad = versions / "9999_broken.py"
    heads = sorted(versions.glob("[0-9]*.py"))
    head = heads[-1].read_text().split('revision = "')[1].split('"')[0]
    bad.write_text(
        f'"""Breaks half-way."""\n\nfrom alembic import op\n\nrevision = "9999"\n'
        f'down_revision = "{head}"\n\n\ndef upgrade() -> None:\n'
        '    op.execute("CREATE TABLE users.half_done (id int)")\n'
        '    op.execute("SELECT no_such_function()")\n'
    )
    ended = project.up()
    bad.unlink()
    readable(ended)
    assert "migrations" in ended.output
    assert "no_such_function" in ended.output
    query = project.containers()["postgres"].exec_run(
        ["psql", "-d", "pyairtable", "-Atc", "SELECT to_regclass('users.half_done') IS NULL"],
        user="10002",
    )
    assert query.output.decode().strip() == "t"
    works(gateway)
    project.up(check=True)
