"""Containers through the real engine: what updates, what replaces, what is only accepted.

Each test is a row of what is known of the official provider.
"""

from __future__ import annotations

from typing import Any

import docker
import pulumi
import pulumi_docker as pd
import pytest

from .docker_harness import PREFIX, DockerStack, image

RUN = ["sleep", "600"]


def container(**changes: Any) -> Any:
    def program() -> None:
        arguments = {"name": f"{PREFIX}c", "image": image(), "command": RUN, **changes}
        made = pd.Container("c", **arguments, destroy_grace_seconds=0)
        pulumi.export("id", made.id)
        pulumi.export("exitCode", made.exit_code)

    return program


def inspected() -> dict[str, Any]:
    found: dict[str, Any] = docker.from_env().containers.get(f"{PREFIX}c").attrs
    return found


def test_a_second_up_changes_nothing_even_after_a_refresh(stack: DockerStack) -> None:
    program = container(
        cpus="0.5",
        cpu_shares=256,
        memory=64,
        memory_swap=64,
        memory_reservation=32,
        read_only=True,
        user="1:1",
        envs=["B=2", "A=1"],
        init=True,
        restart="unless-stopped",
        capabilities=pd.ContainerCapabilitiesArgs(drops=["ALL"]),
        security_opts=["no-new-privileges:true"],
        log_driver="json-file",
        log_opts={"max-size": "10m", "max-file": "3"},
        tmpfs={"/tmp": "size=8m,mode=1777"},
        healthcheck=pd.ContainerHealthcheckArgs(
            tests=["CMD", "true"], interval="1m30s", timeout="3s", retries=3, start_period="5s"
        ),
        labels=[pd.ContainerLabelArgs(label="a", value="b")],
    )
    assert stack.up(program).created == {"c"}
    again = stack.up(program)
    assert not again.changed
    assert again.unchanged == {"c"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"memory": 64, "memory_swap": 64}, {"memory": 96, "memory_swap": 96}),
        ({"cpu_shares": 128}, {"cpu_shares": 256}),
        ({"restart": "no"}, {"restart": "always"}),
    ],
    ids=["memory", "cpuShares", "restart"],
)
def test_limits_and_restart_policy_are_updated_in_place(
    stack: DockerStack, before: dict[str, Any], after: dict[str, Any]
) -> None:
    first = stack.up(container(**before)).outputs["id"]
    second = stack.up(container(**after))
    assert second.updated == {"c"}
    assert second.outputs["id"] == first
    host = inspected()["HostConfig"]
    if "memory" in after:
        assert host["Memory"] == after["memory"] * 1024 * 1024
    if "cpu_shares" in after:
        assert host["CpuShares"] == after["cpu_shares"]
    if "restart" in after:
        assert host["RestartPolicy"]["Name"] == after["restart"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"command": ["sleep", "601"]}),
        ({}, {"envs": ["A=1"]}),
        ({"envs": ["A=1"]}, {"envs": ["A=2"]}),
        ({}, {"labels": [pd.ContainerLabelArgs(label="a", value="b")]}),
        ({}, {"user": "1:1"}),
        ({}, {"read_only": True}),
        ({"cpus": "0.5"}, {"cpus": "0.25"}),
        ({}, {"hosts": [pd.ContainerHostArgs(host="h", ip="10.0.0.1")]}),
        ({}, {"capabilities": pd.ContainerCapabilitiesArgs(drops=["ALL"])}),
        ({}, {"uploads": [pd.ContainerUploadArgs(file="/x", content="1")]}),
    ],
    ids=["command", "envs", "env", "labels", "user", "readOnly", "cpus", "hosts", "caps", "upload"],
)
def test_what_is_fixed_at_creation_replaces_and_deletes_first(
    stack: DockerStack, before: dict[str, Any], after: dict[str, Any]
) -> None:
    first = stack.up(container(**before)).outputs["id"]
    second = stack.up(container(**after))
    assert second.replaced == {"c"}
    assert second.outputs["id"] != first


def test_the_order_of_variables_does_not_matter(stack: DockerStack) -> None:
    stack.up(container(envs=["A=1", "B=2"]))
    assert not stack.up(container(envs=["B=2", "A=1"])).changed


def test_variables_that_are_left_out_later_are_kept(stack: DockerStack) -> None:
    stack.up(container(envs=["A=1"]))
    assert not stack.up(container()).changed
    assert "A=1" in inspected()["Config"]["Env"]


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (
            {"healthcheck": pd.ContainerHealthcheckArgs(tests=["CMD", "true"], interval="5s")},
            {"healthcheck": pd.ContainerHealthcheckArgs(tests=["CMD", "true"], interval="9s")},
            "Healthcheck",
        ),
        ({"init": False}, {"init": True}, "Init"),
    ],
    ids=["healthcheck", "init"],
)
def test_some_changes_are_accepted_and_not_applied(
    stack: DockerStack, before: dict[str, Any], after: dict[str, Any], path: str
) -> None:
    first = stack.up(container(**before)).outputs["id"]
    then = {**inspected()["Config"], **inspected()["HostConfig"]}.get(path)
    second = stack.up(container(**after), refresh=False)
    assert second.updated == {"c"}
    assert second.outputs["id"] == first
    assert {**inspected()["Config"], **inspected()["HostConfig"]}.get(path) == then


def test_a_container_that_was_removed_by_hand_is_made_again(stack: DockerStack) -> None:
    stack.up(container())
    docker.from_env().containers.get(f"{PREFIX}c").remove(force=True)
    assert stack.up(container()).created == {"c"}


def test_a_container_that_was_stopped_by_hand_is_started_again(stack: DockerStack) -> None:
    first = stack.up(container()).outputs["id"]
    docker.from_env().containers.get(f"{PREFIX}c").stop(timeout=0)
    second = stack.up(container())
    assert second.updated == {"c"}
    assert second.outputs["id"] == first
    assert inspected()["State"]["Running"]


def test_a_job_is_waited_for_and_its_exit_code_is_no_error(stack: DockerStack) -> None:
    program = container(command=["sh", "-c", "exit 7"], attach=True, must_run=False)
    assert stack.up(program).outputs["exitCode"] == 7
    assert not stack.up(program).changed


def test_what_fails_after_it_was_made_is_kept_with_its_id(stack: DockerStack) -> None:
    taken = docker.from_env().containers.run(
        image(), RUN, detach=True, name=f"{PREFIX}taken", ports={"80/tcp": ("127.0.0.1", 18999)}
    )
    port = pd.ContainerPortArgs(internal=80, external=18999, ip="127.0.0.1")
    program = container(ports=[port])
    try:
        failed = stack.failed_up(program)
        assert "port is already allocated" in failed
        assert stack.resource("c")["initErrors"]
    finally:
        taken.remove(force=True)
    stack.up(program, refresh=False)
    assert not stack.resource("c").get("initErrors")


def test_an_unsupported_input_is_refused_by_name(stack: DockerStack) -> None:
    failed = stack.failed_up(container(gpus="all"))
    assert "gpus is not supported" in failed


def test_a_wrong_type_is_refused_by_name(stack: DockerStack) -> None:
    failed = stack.failed_up(container(memory="much"))
    assert "memory is to be of type int" in failed


def test_a_preview_makes_nothing_and_shows_what_it_would(stack: DockerStack) -> None:
    shown = stack.preview(container())
    assert shown.created == {"c"}
    with pytest.raises(docker.errors.NotFound):
        inspected()


def test_a_name_of_its_own_is_kept_over_updates(stack: DockerStack) -> None:
    first = stack.up(container(name=None))
    name = stack.resource("c")["outputs"]["name"]
    assert name.startswith("c-")
    assert len(name) == len("c-") + 7
    assert not stack.up(container(name=None)).changed
    assert first.created == {"c"}


def test_a_secret_upload_stands_encrypted_in_the_state(stack: DockerStack) -> None:
    def program() -> None:
        pd.Container(
            "c",
            name=f"{PREFIX}c",
            image=image(),
            command=RUN,
            destroy_grace_seconds=0,
            uploads=[pd.ContainerUploadArgs(file="/s", content=pulumi.Output.secret("hush-hush"))],
        )

    done = stack.up(program)
    assert done.created == {"c"}
    assert "hush-hush" not in stack.state()
    assert "hush-hush" not in done.output
    found = docker.from_env().containers.get(f"{PREFIX}c").exec_run(["cat", "/s"])
    assert found.output == b"hush-hush"
