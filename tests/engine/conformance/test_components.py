"""What the components add to the provider, on a real engine."""

from __future__ import annotations

from collections.abc import Callable

import docker
import pulumi
import pulumi_docker as pd

from components import overdue
from components.attachment import Attached
from components.containers import options
from components.engine import host
from components.gate import gate
from components.job import Job
from components.overdue import Overdue
from components.progress import Progress
from components.recorder import Recorder
from components.site import Site
from plan.names import Names

from .docker_harness import DockerStack, image

NAMES = Names("conformance")
Program = Callable[[], None]


def site(seconds: int) -> Site:
    return Site(
        names=NAMES,
        address=host(),
        gate_timeout_seconds=60,
        networks={},
        images={},
        secrets={},
        recorder=Recorder(Progress(), {}),
        overdue=Overdue(NAMES.stack, host(), seconds),
    )


def job(command: str, seconds: int) -> Program:
    def program() -> None:
        labels = NAMES.labels("long")
        args = pd.ContainerArgs(
            name=NAMES.of("long"),
            image=image(),
            command=["sh", "-c", command],
            labels=[pd.ContainerLabelArgs(label=k, value=v) for k, v in labels.items()],
        )
        root = pulumi.ComponentResource("test:index:Root", "root")
        done = Job("long", args, site(seconds), options(root, [])).done
        pulumi.export("done", done.apply(lambda _: True))

    return program


def test_a_job_that_never_ends_fails_the_update_and_is_run_again(stack: DockerStack) -> None:
    told = stack.failed_up(job("echo it waits; exec sleep 3600", seconds=5))
    assert "Job long did not end within 5 s (health.jobTimeoutSeconds) and was ended" in told
    assert "it waits" in told
    assert not docker.from_env().containers.list(all=True, filters={"name": NAMES.of("long")})
    done = stack.up(job("exit 0", seconds=600))
    assert done.created == {"long"}
    assert done.outputs["done"] is True


def test_a_job_that_ends_in_time_is_not_ended_and_not_run_again(stack: DockerStack) -> None:
    seconds = overdue.POLL_SECONDS * 2
    program = job(f"sleep {seconds}", seconds=600)
    assert stack.up(program).outputs["done"] is True
    assert not stack.up(program).changed


def connected() -> None:
    """A container on two networks, whose gate opens when it is on both."""
    networks = [pd.Network(name, name=NAMES.of(name)) for name in ("a", "b")]
    container = pd.Container(
        "c",
        name=NAMES.of("c"),
        image=image(),
        command=["sleep", "3600"],
        networks_advanced=[
            pd.ContainerNetworksAdvancedArgs(name=each.name, aliases=["known"]) for each in networks
        ],
    )
    attached = Attached(
        name="c",
        aliases={NAMES.of("a"): ("known",), NAMES.of("b"): ("known",)},
        address=host(),
        then=lambda container_id, watch: None,
    )
    ready = gate(container, "c", attached.wait, Recorder(Progress(), {}), "container")
    pulumi.export("ready", ready.apply(lambda _: True))


def test_a_network_that_was_removed_by_hand_is_back_with_its_container_which_stays(
    stack: DockerStack,
) -> None:
    stack.up(connected)
    client = docker.from_env()
    before = client.containers.get(NAMES.of("c"))
    lost, left = client.networks.get(NAMES.of("a")), client.networks.get(NAMES.of("b"))
    for network in (lost, left):
        network.disconnect(before, force=True)
    lost.remove()
    assert stack.up(connected).created == {"a"}
    after = client.containers.get(NAMES.of("c"))
    assert after.id == before.id
    on = after.attrs["NetworkSettings"]["Networks"]
    assert set(on) == {NAMES.of("a"), NAMES.of("b")}
    assert all("known" in each["Aliases"] for each in on.values())
    assert on[NAMES.of("a")]["NetworkID"] == client.networks.get(NAMES.of("a")).id
