"""Networks, volumes, images and functions through the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import pulumi
import pulumi_docker as pd
import pytest

from .docker_harness import PREFIX, DockerStack, image


def network(**changes: Any) -> Any:
    def program() -> None:
        pd.Network("n", **{"name": f"{PREFIX}n", "internal": True, **changes})

    return program


def volume(**changes: Any) -> Any:
    def program() -> None:
        pd.Volume("v", **{"name": f"{PREFIX}v", **changes})

    return program


def test_a_network_is_the_same_after_a_refresh(stack: DockerStack) -> None:
    program = network(labels=[pd.NetworkLabelArgs(label="a", value="b")])
    assert stack.up(program).created == {"n"}
    assert not stack.up(program).changed
    assert docker.from_env().networks.get(f"{PREFIX}n").attrs["Internal"]


def test_every_change_of_a_network_replaces_it(stack: DockerStack) -> None:
    stack.up(network())
    assert stack.up(network(internal=False)).replaced == {"n"}


def test_a_network_whose_name_is_taken_is_an_error(stack: DockerStack) -> None:
    taken = docker.from_env().networks.create(f"{PREFIX}n")
    try:
        failed = stack.failed_up(network())
        assert "already exists" in failed
    finally:
        taken.remove()


def test_a_network_that_was_removed_by_hand_is_made_again(stack: DockerStack) -> None:
    stack.up(network())
    docker.from_env().networks.get(f"{PREFIX}n").remove()
    assert stack.up(network()).created == {"n"}


def test_a_volume_that_exists_is_adopted_with_its_data(stack: DockerStack) -> None:
    docker.from_env().volumes.create(f"{PREFIX}v")
    assert stack.up(volume()).created == {"v"}
    assert not stack.up(volume()).changed
    assert stack.resource("v")["id"] == f"{PREFIX}v"


def test_a_new_label_replaces_a_volume(stack: DockerStack) -> None:
    stack.up(volume())
    label = pd.VolumeLabelArgs(label="a", value="b")
    assert stack.up(volume(labels=[label])).replaced == {"v"}


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
    failed = stack.failed_up(network(), variables={"DOCKER_HOST": "unix:///nonexistent.sock"})
    assert "No Docker Engine answers at unix:///nonexistent.sock" in failed
