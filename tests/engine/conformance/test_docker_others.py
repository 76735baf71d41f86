"""Networks, volumes, images and functions through the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import pulumi
import pulumi_docker as pd
import pytest

from .docker_harness import PREFIX, DockerStack, image


def network() -> None:
    label = pd.NetworkLabelArgs(label="a", value="b")
    pd.Network("n", name=f"{PREFIX}n", internal=True, labels=[label])


def test_a_network_and_a_volume_that_was_there_are_the_same_after_a_refresh(
    stack: DockerStack,
) -> None:
    def program() -> None:
        network()
        pd.Volume("v", name=f"{PREFIX}v")

    there = docker.from_env().volumes.create(f"{PREFIX}v")
    assert stack.up(program).created == {"n", "v"}
    assert not stack.up(program).changed
    assert stack.resource("v")["id"] == f"{PREFIX}v"
    assert (
        docker.from_env().volumes.get(f"{PREFIX}v").attrs["CreatedAt"] == there.attrs["CreatedAt"]
    )
    assert docker.from_env().networks.get(f"{PREFIX}n").attrs["Internal"]


def test_a_network_whose_name_is_taken_is_an_error(stack: DockerStack) -> None:
    taken = docker.from_env().networks.create(f"{PREFIX}n")
    try:
        failed = stack.failed_up(network)
        assert "already exists" in failed
    finally:
        taken.remove()


def built(context: Path, tag: str) -> Any:
    def program() -> None:
        made = pd.RemoteImage(
            "i",
            name=f"{PREFIX}image:{tag}",
            keep_locally=True,
            build=pd.RemoteImageBuildArgs(
                context=str(context), build_args={"BASE": image()}, use_legacy_builder=True
            ),
        )
        pulumi.export("imageId", made.image_id)

    return program


def test_an_image_is_built_once_and_again_under_a_new_name(
    stack: DockerStack, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nLABEL built=yes\n")
    first = stack.up(built(tmp_path, "1"))
    assert first.created == {"i"}
    assert not stack.up(built(tmp_path, "1")).changed
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nLABEL built=again\n")
    assert not stack.up(built(tmp_path, "1")).changed, "the content of the context is not looked at"
    second = stack.up(built(tmp_path, "2"))
    assert second.replaced == {"i"}
    assert second.outputs["imageId"] != first.outputs["imageId"]
    kept = docker.from_env().images.get(f"{PREFIX}image:1")
    assert kept.id == first.outputs["imageId"]


def test_a_build_that_fails_shows_its_last_lines(stack: DockerStack, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN echo before; exit 9\n")
    failed = stack.failed_up(built(tmp_path, "bad"))
    assert "could not be built" in failed
    assert "before" in failed


def test_functions_answer(stack: DockerStack) -> None:
    def program() -> None:
        bridge = pd.get_network(name="bridge")
        pulumi.export("driver", bridge.driver)
        pulumi.export("image", pd.get_remote_image(name=image()).id)

    outputs = stack.up(program).outputs
    assert outputs["driver"] == "bridge"
    assert outputs["image"].startswith("sha256:")


def test_a_resource_that_is_not_supported_is_refused_by_name(stack: DockerStack) -> None:
    def program() -> None:
        pd.Tag("t", source_image=image(), target_image=f"{PREFIX}tag:1")

    failed = stack.failed_up(program)
    assert "docker:index/tag:Tag is not supported here" in failed


def test_without_an_engine_the_address_is_named(
    stack: DockerStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = stack.failed_up(network, variables={"DOCKER_HOST": "unix:///nonexistent.sock"})
    assert "No Docker Engine answers at unix:///nonexistent.sock" in failed
