"""A stack's name on an engine is one checkout's, until another adopts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import httpx
import pytest

from .conftest import FRONTEND_PORT, GATEWAY_PORT
from .project import Ended, Project
from .users import me, register, works


@pytest.fixture
def other(project: Project, tmp_path: Path) -> Project:
    """Another checkout with a stack of the same name, as after .state was lost."""
    made = Project.copy(tmp_path, project.stack)
    made.set("entry.gatewayPort", str(GATEWAY_PORT))
    made.set("entry.frontendPort", str(FRONTEND_PORT))
    return made


def refused(ended: Ended, project: Project) -> bool:
    told = f"already holds stack {project.stack} of another checkout ({project.folder}"
    return not ended.ok and told in ended.output and "Traceback" not in ended.output


def test_the_stack_of_another_checkout_is_refused_before_anything_is_touched(
    project: Project, gateway: httpx.Client, other: Project
) -> None:
    before = {name: each.id for name, each in project.containers().items()}
    assert refused(other.up(), project)
    assert refused(other.platformctl("up"), project)
    assert refused(other.platformctl("down", "--purge", "--yes"), project)
    assert {name: each.id for name, each in project.containers().items()} == before
    works(gateway)


@pytest.fixture
def left(project: Project) -> Iterator[Project]:
    """What a checkout that is gone left of a stack: a container on a network, with data."""
    client = docker.from_env()
    found = Project(folder=project.folder, stack=f"{project.stack}-left")
    found.remove_everything()

    def labels(component: str) -> dict[str, str]:
        prefix = "com.pyairtable"
        return {f"{prefix}.stack": found.stack, f"{prefix}.component": component}

    name = f"pyairtable-{found.stack}"
    client.networks.create(f"{name}-data", labels=labels("data"))
    client.volumes.create(f"{name}-postgres-data", labels=labels("postgres-data"))
    client.containers.run(
        project.containers()["router"].attrs["Config"]["Image"],
        entrypoint=["sh", "-c", "echo kept >/data/file && exec sleep 600"],
        user="0",
        init=True,
        name=f"{name}-postgres",
        network=f"{name}-data",
        volumes=[f"{name}-postgres-data:/data"],
        labels=labels("postgres"),
        detach=True,
    )
    yield found
    found.remove_everything()


def test_what_another_checkout_left_is_adopted_with_its_data(
    project: Project, left: Project
) -> None:
    assert "of another checkout" in left.platformctl("up").output
    asked = left.platformctl("adopt")
    assert asked.code == 2, asked.output
    assert left.containers()["postgres"].status == "running"
    adopted = left.platformctl("adopt", "--yes")
    assert adopted.ok, adopted.output
    assert not left.containers()
    client = docker.from_env()
    mine = {"label": f"com.pyairtable.stack={left.stack}"}
    assert not client.networks.list(filters=mine)
    volume, name = f"pyairtable-{left.stack}-postgres-data", f"pyairtable-{left.stack}-owner"
    assert {each.name for each in client.volumes.list(filters=mine)} == {volume, name}
    kept = client.containers.run(
        project.containers()["router"].attrs["Config"]["Image"],
        entrypoint=["cat", "/data/file"],
        volumes=[f"{volume}:/data:ro"],
        remove=True,
    )
    assert kept == b"kept\n"


@pytest.mark.long
def test_an_adopted_stack_comes_up_with_its_data_and_the_first_owner_is_refused(
    project: Project, gateway: httpx.Client, other: Project
) -> None:
    email = register(gateway)
    for now, before in ((other, project), (project, other)):
        assert now.platformctl("adopt", "--yes").ok
        now.up(check=True)
        assert me(gateway, email) == email
        assert refused(before.up(), now)
