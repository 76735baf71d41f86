"""What is deleted first and what is made first, and what a replaced image loses."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import docker
import pulumi
import pulumi_docker as pd
import pytest

from .docker_harness import PREFIX, DockerStack, image

FIRST = ["delete-replaced", "replace", "create-replacement"]
LAST = ["create-replacement", "replace", "delete-replaced"]


AUTO = ("auto-n", "auto-v", "auto-c")


def test_what_the_user_named_is_deleted_first_and_all_else_has_a_new_name_and_is_made_first(
    stack: DockerStack,
) -> None:
    def program(value: str) -> Callable[[], None]:
        def declare() -> None:
            on_network = [pd.NetworkLabelArgs(label="a", value=value)]
            on_volume = [pd.VolumeLabelArgs(label="a", value=value)]
            pd.Network("n", name=f"{PREFIX}n", internal=value == "1")
            pd.Volume("v", name=f"{PREFIX}v", labels=on_volume)
            pd.Network(f"{PREFIX}auto-n", internal=True, labels=on_network)
            pd.Volume(f"{PREFIX}auto-v", labels=on_volume)
            pd.Container(
                f"{PREFIX}auto-c", image=image(), command=["sleep", "600"], envs=[f"A={value}"]
            )

        return declare

    def names() -> dict[str, str]:
        return {each: stack.resource(f"{PREFIX}{each}")["outputs"]["name"] for each in AUTO}

    stack.up(program("1"))
    first = names()
    done = stack.up(program("2"))
    second = names()
    assert {each: done.steps_of(f"{PREFIX}{each}")[-3:] for each in AUTO} == {
        "auto-n": LAST,
        "auto-v": LAST,
        "auto-c": FIRST,
    }
    assert (done.steps_of("n")[-3:], done.steps_of("v")[-3:]) == (FIRST, FIRST)
    for each in AUTO:
        assert first[each] != second[each]
        assert re.fullmatch(f"{PREFIX}{each}-[0-9a-f]{{7}}", second[each])
    assert not stack.up(program("2")).changed
    assert names() == second


def test_a_network_and_a_volume_that_were_removed_by_hand_are_made_again(
    stack: DockerStack,
) -> None:
    def program() -> None:
        pd.Network("n", name=f"{PREFIX}n", internal=True)
        pd.Volume("v", name=f"{PREFIX}v")

    stack.up(program)
    client = docker.from_env()
    client.networks.get(f"{PREFIX}n").remove()
    client.volumes.get(f"{PREFIX}v").remove()
    assert stack.up(program).created == {"n", "v"}


def test_a_replaced_image_takes_its_name_along_unless_it_is_kept(
    stack: DockerStack, tmp_path: Path
) -> None:
    def program(trigger: str) -> Callable[[], None]:
        def declare() -> None:
            for name in ("kept", "lost", "labelled"):
                made = pd.RemoteImage(
                    name,
                    name=f"{PREFIX}image:{name}",
                    keep_locally=name != "lost",
                    triggers={"content": trigger} if name != "labelled" else None,
                    build=pd.RemoteImageBuildArgs(
                        context=str(tmp_path),
                        build_args={"BASE": image()},
                        label={"a": trigger if name == "labelled" else "b"},
                        use_legacy_builder=True,
                    ),
                )
                pulumi.export(name, made.image_id)

        return declare

    dockerfile = "ARG BASE\nFROM ${BASE}\nLABEL content="
    (tmp_path / "Dockerfile").write_text(f"{dockerfile}1\n")
    first = stack.up(program("1"))
    (tmp_path / "Dockerfile").write_text(f"{dockerfile}2\n")
    second = stack.up(program("2"), refresh=False)
    assert (second.replaced, second.updated) == ({"kept", "lost"}, {"labelled"})
    assert second.steps_of("lost") == LAST
    images = docker.from_env().images
    assert images.get(f"{PREFIX}image:kept").id == second.outputs["kept"] != first.outputs["kept"]
    assert images.get(f"{PREFIX}image:labelled").id == first.outputs["labelled"]
    with pytest.raises(docker.errors.ImageNotFound):
        images.get(f"{PREFIX}image:lost")
