"""Containers through the real engine: made, stopped, failed, removed, kept secret.

Each test is a row of what is known of the official provider.
"""

from __future__ import annotations

import time
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


def test_a_container_that_was_removed_by_hand_is_made_again(stack: DockerStack) -> None:
    stack.up(container())
    docker.from_env().containers.get(f"{PREFIX}c").remove(force=True)
    assert stack.up(container()).created == {"c"}


PORT = pd.ContainerPortArgs(internal=80, external=18998, ip="127.0.0.1")


def test_a_container_that_was_stopped_by_hand_is_started_again_or_with_ports_replaced(
    stack: DockerStack,
) -> None:
    def program() -> None:
        for name, more in STOPPED.items():
            arguments = {"name": f"{PREFIX}{name}", "image": image(), "command": RUN, **more}
            pulumi.export(name, pd.Container(name, **arguments, destroy_grace_seconds=0).id)

    first = stack.up(program).outputs
    for name in STOPPED:
        docker.from_env().containers.get(f"{PREFIX}{name}").stop(timeout=0)
    second = stack.up(program)
    assert (second.updated, second.replaced) == ({"plain"}, {"published"})
    assert second.unchanged == {"job"}
    same = {name for name in STOPPED if second.outputs[name] == first[name]}
    assert same == {"plain", "job"}
    running = {each.name for each in docker.from_env().containers.list(filters={"name": PREFIX})}
    assert running == {f"{PREFIX}plain", f"{PREFIX}published"}


STOPPED: dict[str, dict[str, Any]] = {
    "plain": {},
    "published": {"ports": [PORT]},
    "job": {"must_run": False},
}


def test_a_job_is_waited_for_and_its_exit_code_is_no_error(stack: DockerStack) -> None:
    program = container(command=["sh", "-c", "exit 7"], attach=True, must_run=False)
    assert stack.up(program).outputs["exitCode"] == 7
    assert not stack.up(program).changed


def test_what_fails_after_it_was_made_is_kept_with_its_id_and_forgotten_unless_asked_for(
    stack: DockerStack,
) -> None:
    taken = docker.from_env().containers.run(
        image(), RUN, detach=True, name=f"{PREFIX}taken", ports={"80/tcp": ("127.0.0.1", 18998)}
    )
    again = pulumi.ResourceOptions(replace_on_changes=["#initerror"], delete_before_replace=True)

    def program() -> None:
        arguments: dict[str, Any] = {"image": image(), "ports": [PORT], "destroy_grace_seconds": 0}
        for name, opts in {"forgotten": None, "replaced": again}.items():
            pd.Container(name, name=f"{PREFIX}{name}", command=RUN, opts=opts, **arguments)

    try:
        failed = stack.failed_up(program)
        assert "port is already allocated" in failed
        ids = {}
        for name in ("forgotten", "replaced"):
            assert stack.resource(name)["initErrors"]
            ids[name] = stack.resource(name)["id"]
    finally:
        taken.remove(force=True)
    done = stack.up(program, refresh=False)
    assert (done.updated, done.replaced) == ({"forgotten"}, {"replaced"})
    assert not stack.resource("forgotten").get("initErrors")
    assert stack.resource("forgotten")["id"] == ids["forgotten"]
    assert stack.resource("replaced")["id"] != ids["replaced"]
    state = {name: docker.from_env().containers.get(stack.resource(name)["id"]) for name in ids}
    assert {name: each.status for name, each in state.items()} == {
        "forgotten": "created",
        "replaced": "running",
    }


def test_an_unsupported_input_is_refused_by_name(stack: DockerStack) -> None:
    failed = stack.failed_up(container(gpus="all"))
    assert "gpus is not supported" in failed


def test_a_wrong_type_is_refused_by_name(stack: DockerStack) -> None:
    failed = stack.failed_up(container(memory="much"))
    assert "memory is to be of type int" in failed


def test_a_preview_makes_nothing_and_shows_what_it_would(stack: DockerStack) -> None:
    def program() -> None:
        network = pd.Network("n", name=f"{PREFIX}n")
        container(envs=[network.id.apply(lambda known: f"ID={known}")], memory=64)()

    shown = stack.preview(program)
    assert shown.created == {"c", "n"}
    with pytest.raises(docker.errors.NotFound):
        inspected()
    with pytest.raises(docker.errors.NotFound):
        docker.from_env().networks.get(f"{PREFIX}n")


# Even with no time to stop the engine sends TERM before it kills, so it must not end at once.
STUBBORN = ["sh", "-c", "trap 'sleep 3; exit 5' TERM; echo ready; while :; do sleep 0.1; done"]


def test_the_time_to_stop_is_that_of_the_state_and_none_if_it_holds_none(
    stack: DockerStack,
) -> None:
    def program() -> None:
        for name, seconds in {"gentle": 60, "hard": None}.items():
            pd.Container(
                name,
                name=f"{PREFIX}{name}",
                image=image(),
                command=STUBBORN,
                stop_timeout=60,
                destroy_grace_seconds=seconds,
            )

    stack.up(program)
    client = docker.from_env()
    for name in ("gentle", "hard"):
        for line in client.containers.get(f"{PREFIX}{name}").logs(stream=True):
            assert line == b"ready\n"
            break
    # Listened to from before: the engine remembers only the last 256 events, of all there is on it.
    until = int(time.time()) + 300
    ended = client.events(until=until, filters={"event": "die"}, decode=True)
    stack.up(lambda: None, refresh=False)
    codes: dict[str, str] = {}
    for each in ended:
        told = each["Actor"]["Attributes"]
        if told["name"] in {f"{PREFIX}gentle", f"{PREFIX}hard"}:
            codes[told["name"]] = told["exitCode"]
        if len(codes) == 2:
            break
    assert codes == {f"{PREFIX}gentle": "5", f"{PREFIX}hard": "137"}


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
