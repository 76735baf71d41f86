"""The engine is the one that the `docker` command would ask."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from bootstrap import docker_engine
from bootstrap.docker_address import USUAL, ContextError, address
from bootstrap.setup import Setup, SetupError
from ops.environment import environment
from ops.exits import Exit, Stopped

ROOTLESS = "unix:///run/user/1000/docker.sock"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return {"DOCKER_CONFIG": str(tmp_path / "docker")}


def made(variables: dict[str, str], name: str, host: str) -> None:
    """As `docker context create NAME --docker host=HOST` leaves it (Docker 28)."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = Path(variables["DOCKER_CONFIG"]) / "contexts" / "meta" / digest
    folder.mkdir(parents=True)
    endpoints = {"docker": {"Host": host, "SkipTLSVerify": False}}
    meta = {"Name": name, "Metadata": {}, "Endpoints": endpoints}
    (folder / "meta.json").write_text(json.dumps(meta))


def use(variables: dict[str, str], name: str) -> None:
    """As `docker context use NAME` leaves it."""
    file = Path(variables["DOCKER_CONFIG"]) / "config.json"
    file.write_text(json.dumps({"auths": {}, "currentContext": name}))


def test_without_a_choice_it_is_the_usual_socket(variables: dict[str, str]) -> None:
    assert address(variables) == USUAL == "unix:///var/run/docker.sock"


def test_the_context_in_use_is_asked(variables: dict[str, str]) -> None:
    made(variables, "rootless", ROOTLESS)
    assert address(variables) == USUAL
    use(variables, "rootless")
    assert address(variables) == ROOTLESS
    use(variables, "default")
    assert address(variables) == USUAL


def test_docker_context_wins_over_the_one_in_use_and_docker_host_over_both(
    variables: dict[str, str],
) -> None:
    made(variables, "rootless", ROOTLESS)
    made(variables, "far", "tcp://10.0.0.5:2375")
    use(variables, "rootless")
    variables["DOCKER_CONTEXT"] = "far"
    assert address(variables) == "tcp://10.0.0.5:2375"
    variables["DOCKER_CONTEXT"] = "default"
    assert address(variables) == USUAL
    variables["DOCKER_HOST"] = "unix:///else.sock"
    assert address(variables) == "unix:///else.sock"


def test_a_context_that_is_not_there_is_named_and_no_other_engine_is_taken(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables["DOCKER_CONTEXT"] = "gone"
    with pytest.raises(ContextError, match=r"context gone is chosen .* `docker context ls`"):
        address(variables)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    with pytest.raises(Stopped, match="context gone") as stopped:
        environment(tmp_path)
    assert stopped.value.code is Exit.USAGE
    with pytest.raises(SetupError, match="context gone"):
        docker_engine.ensure(Setup(root=tmp_path, cache=tmp_path, with_dev=False))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_file_that_says_nothing_of_use_leaves_the_usual_socket(
    variables: dict[str, str], text: str
) -> None:
    folder = Path(variables["DOCKER_CONFIG"])
    folder.mkdir()
    (folder / "config.json").write_text(text)
    assert address(variables) == USUAL


def test_set_up_and_pulumi_are_given_the_engine_of_the_context(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(variables, "mine", f"unix://{tmp_path}/none.sock")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", variables["DOCKER_CONFIG"])
    assert "DOCKER_HOST" not in environment(tmp_path)
    monkeypatch.setenv("DOCKER_CONTEXT", "mine")
    assert environment(tmp_path)["DOCKER_HOST"] == f"unix://{tmp_path}/none.sock"
    setup = Setup(root=tmp_path, cache=tmp_path, with_dev=False)
    with pytest.raises(SetupError, match=r"none\.sock, which DOCKER_HOST or the Docker context"):
        docker_engine.ensure(setup)
