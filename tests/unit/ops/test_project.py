"""Which project and which stack a command works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops import project, traffic
from ops.backend import checkpoint, folder
from ops.exits import Exit, Stopped

from .conftest import ROOT, Sandbox


def test_the_project_is_found_from_any_folder_below_it(sandbox: Sandbox) -> None:
    below = sandbox.root / "a" / "b"
    below.mkdir(parents=True)
    assert project.find_root(below) == sandbox.root


def test_outside_of_a_project_it_is_the_one_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: another\nruntime: python\n")
    assert project.find_root(tmp_path) == ROOT


def test_the_stack_is_the_one_that_was_named(sandbox: Sandbox) -> None:
    assert project.find("test").stack == "test"
    assert not sandbox.calls()


def test_else_it_is_the_one_that_pulumi_has_selected(sandbox: Sandbox) -> None:
    sandbox.pulumi.with_name("pulumi.stack.out").write_text("chosen\n")
    assert project.find(None).stack == "chosen"
    assert sandbox.calls() == ["stack --show-name --non-interactive"]


def test_else_it_is_dev(sandbox: Sandbox) -> None:
    sandbox.fails("stack", 6)
    assert project.find(None).stack == "dev"


def test_without_pulumi_it_is_dev_too(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.pulumi.unlink()
    monkeypatch.setenv("PATH", str(sandbox.root))
    assert project.find(None).stack == "dev"


@pytest.mark.parametrize("name", ["a b", "-x", "../x", "x" * 65, "ä"])
def test_what_cannot_be_a_name_is_refused(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(Stopped) as stopped:
        project.find(name)
    assert stopped.value.code is Exit.USAGE


def test_the_stacks_own_docker_host_is_known(sandbox: Sandbox) -> None:
    assert project.docker_host(sandbox.root, "dev") is None
    path = sandbox.root / ".state" / "stacks" / "Pulumi.dev.yaml"
    path.parent.mkdir()
    path.write_text("encryptionsalt: x\n")
    assert project.docker_host(sandbox.root, "dev") is None
    path.write_text("config:\n  docker:host: tcp://10.0.0.1:2376\n")
    assert project.docker_host(sandbox.root, "dev") == "tcp://10.0.0.1:2376"


def test_a_missing_file_of_an_image_is_named(sandbox: Sandbox) -> None:
    (sandbox.root / "images").unlink()
    with pytest.raises(Stopped, match="images/") as stopped:
        _ = project.find("dev").deployment
    assert stopped.value.code is Exit.FAILED


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///var/state", "/var/state"),
        ("file:///with%20blank", "/with blank"),
        ("file://~/state", str(Path.home() / "state")),
        ("file://./.state", "{root}/.state"),
        ("s3://bucket", None),
        ("https://api.example.com", None),
    ],
)
def test_the_folder_of_the_state_is_told_from_the_backend(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, url: str, path: str | None
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    wanted = Path(path.format(root=sandbox.root)) if path else None
    assert folder(sandbox.root) == wanted
    file = wanted / ".pulumi/stacks/pyairtable/dev.json" if wanted else None
    assert checkpoint(sandbox.root, "dev") == file


def test_the_slot_with_most_traffic_serves() -> None:
    weights = {
        "auth-service": {"blue": {"weight": 90}, "green": {"weight": 10}},
        "user-service": {"blue": {"weight": 0}, "green": {"weight": 100}},
    }
    assert traffic.strongest(weights) == {"auth-service": "blue", "user-service": "green"}
