"""What each change of a container leads to, through the real engine, all in one update.

Each row is one of what is known of the official provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import pulumi
import pulumi_docker as pd
import pytest

from .docker_harness import PREFIX, DockerStack, Done, image

ALWAYS = ["sleep", "600"]
NAMES = ("v", "w")
LIMIT = 64 << 20


def labels(*values: str) -> list[pd.ContainerLabelArgs]:
    return [pd.ContainerLabelArgs(label=value, value=value) for value in values]


def health(**changes: Any) -> pd.ContainerHealthcheckArgs:
    return pd.ContainerHealthcheckArgs(tests=["CMD", "true"], **{"interval": "30s", **changes})


def port(external: int, internal: int = 80) -> pd.ContainerPortArgs:
    return pd.ContainerPortArgs(internal=internal, external=external, ip="127.0.0.1")


def mounted(name: str = "v", **changes: Any) -> pd.ContainerVolumeArgs:
    return pd.ContainerVolumeArgs(volume_name=f"{PREFIX}{name}", container_path="/x", **changes)


def connected(name: str = "v", *aliases: str) -> pd.ContainerNetworksAdvancedArgs:
    return pd.ContainerNetworksAdvancedArgs(name=f"{PREFIX}{name}", aliases=aliases or None)


def given(file: str = "/x", **changes: Any) -> pd.ContainerUploadArgs:
    return pd.ContainerUploadArgs(file=file, **{"content": "1", **changes})


def mount(**changes: Any) -> pd.ContainerMountArgs:
    return pd.ContainerMountArgs(target="/x", type="tmpfs", **changes)


def dropped(*names: str) -> pd.ContainerCapabilitiesArgs:
    return pd.ContainerCapabilitiesArgs(drops=list(names))


@dataclass(frozen=True)
class Change:
    """Arguments before and after; what is called for its value is so within the program.

    options: replaced on a change of these, deleted first.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    options: list[str] = field(default_factory=list)


REPLACED = {
    "command": Change({}, {"command": ["sleep", "601"]}),
    "entrypoint": Change({}, {"entrypoints": ["sleep"], "command": ["602"]}),
    "image": Change({}, {"image": lambda: docker.from_env().images.get(image()).id}),
    "env": Change({"envs": ["A=1"]}, {"envs": ["A=2"]}),
    "env-new": Change({}, {"envs": ["A=1"]}),
    "label": Change({"labels": labels("a")}, {"labels": labels("b")}),
    "label-new": Change({}, {"labels": labels("a")}),
    "user": Change({"user": "1:1"}, {"user": "2:2"}),
    "hostname": Change({"hostname": "a"}, {"hostname": "b"}),
    "workdir": Change({}, {"working_dir": "/tmp"}),
    "readonly": Change({}, {"read_only": True}),
    "cpus": Change({"cpus": "0.5"}, {"cpus": "0.25"}),
    "hosts": Change({}, {"hosts": [pd.ContainerHostArgs(host="h", ip="10.0.0.1")]}),
    "caps": Change({"capabilities": dropped("CAP_CHOWN")}, {"capabilities": dropped("ALL")}),
    "security": Change({}, {"security_opts": ["no-new-privileges:true"]}),
    "upload": Change({"uploads": [given()]}, {"uploads": [given(content="2")]}),
    "upload-new": Change({}, {"uploads": [given()]}),
    "port": Change({"ports": [port(18981)]}, {"ports": [port(18982)]}),
    "port-new": Change({"ports": [port(18983)]}, {"ports": [port(18983), port(18984, 81)]}),
    "volume": Change({"volumes": [mounted("v")]}, {"volumes": [mounted("w")]}),
    "volume-ro": Change({"volumes": [mounted()]}, {"volumes": [mounted(read_only=True)]}),
    "network": Change({}, {"networks_advanced": [connected()]}),
    "alias": Change(
        {"networks_advanced": [connected("v", "a")]}, {"networks_advanced": [connected("v", "b")]}
    ),
    "mode": Change({}, {"network_mode": "none"}),
    "log-options": Change(
        {"log_driver": "json-file", "log_opts": {"max-file": "3"}},
        {"log_driver": "json-file", "log_opts": {"max-file": "4"}},
    ),
    "mount-new": Change({}, {"mounts": [mount()]}),
    # What the provider would only accept, with the options of a program that needs it done.
    "o-health": Change(
        {"healthcheck": health()}, {"healthcheck": health(retries=2)}, ["healthcheck"]
    ),
    "o-init": Change({"init": False}, {"init": True}, ["init"]),
    "o-tmpfs": Change({"tmpfs": {"/t": "size=8m"}}, {"tmpfs": {"/t": "size=9m"}}, ["tmpfs"]),
}
APPLIED = {
    "memory": Change(
        {"memory": 64, "memory_swap": 64, "memory_reservation": 32},
        {"memory": 96, "memory_swap": 96, "memory_reservation": 48},
    ),
    "shares": Change({"cpu_shares": 128}, {"cpu_shares": 256}),
    "restart": Change({"restart": "no"}, {"restart": "always"}),
}
ACCEPTED = {
    "health": Change({"healthcheck": health()}, {"healthcheck": health(interval="9s")}),
    "init": Change({"init": False}, {"init": True}),
    "tmpfs": Change({"tmpfs": {"/t": "size=8m"}}, {"tmpfs": {"/t": "size=9m"}}),
    "mount": Change({"mounts": [mount()]}, {"mounts": [mount(read_only=True)]}),
    "grace": Change({}, {"destroy_grace_seconds": 1}),
}
UNCHANGED = {
    "env-order": Change({"envs": ["A=1", "B=2"]}, {"envs": ["B=2", "A=1"]}),
    "env-left-out": Change({"envs": ["A=1"]}, {}),
    "env-secret": Change({"envs": ["A=1"]}, {"envs": lambda: [pulumi.Output.secret("A=1")]}),
    "label-order": Change({"labels": labels("a", "b")}, {"labels": labels("b", "a")}),
    "label-left-out": Change({"labels": labels("a")}, {"labels": []}),
    "port-order": Change(
        {"ports": [port(18985), port(18986, 81)]}, {"ports": [port(18986, 81), port(18985)]}
    ),
    "volume-order": Change(
        {"volumes": [mounted(), pd.ContainerVolumeArgs(container_path="/y", host_path="/tmp")]},
        {"volumes": [pd.ContainerVolumeArgs(container_path="/y", host_path="/tmp"), mounted()]},
    ),
    "network-order": Change(
        {"networks_advanced": [connected("v", "a", "b"), connected("w")]},
        {"networks_advanced": [connected("w"), connected("v", "b", "a")]},
    ),
    "caps-order": Change(
        {"capabilities": dropped("CAP_CHOWN", "CAP_KILL")},
        {"capabilities": dropped("CAP_KILL", "CAP_CHOWN")},
    ),
    "default": Change({}, {"network_mode": "bridge", "restart": "no", "must_run": True}),
    "health-left-out": Change({"healthcheck": health()}, {}),
}
ALL = {**REPLACED, **APPLIED, **ACCEPTED, **UNCHANGED}


def program(which: str) -> Callable[[], None]:
    def declare() -> None:
        around: list[pulumi.Resource] = []
        for name in NAMES:
            around.append(pd.Network(f"n-{name}", name=f"{PREFIX}{name}", internal=True))
            around.append(pd.Volume(f"v-{name}", name=f"{PREFIX}{name}"))
        for name, change in ALL.items():
            arguments = {"image": image(), "command": ALWAYS, **getattr(change, which)}
            arguments = {key: each() if callable(each) else each for key, each in arguments.items()}
            opts = pulumi.ResourceOptions(
                depends_on=around,
                replace_on_changes=change.options,
                delete_before_replace=True if change.options else None,
            )
            made = pd.Container(name, name=f"{PREFIX}{name}", **arguments, opts=opts)
            pulumi.export(name, made.id)

    return declare


def inspected() -> dict[str, dict[str, Any]]:
    """What the engine says of each container, by the name of its row."""
    client = docker.from_env().api
    return {name: client.inspect_container(f"{PREFIX}{name}") for name in ALL}


@dataclass
class Changed:
    """The update from before to after, what the engine said at each, and what came then."""

    first: Done
    second: Done
    third: Done
    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]

    def same(self, name: str) -> bool:
        """Whether it is the same container."""
        return bool(self.first.outputs[name] == self.second.outputs[name])


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, home: Path | None) -> Iterator[Changed]:
    stack = DockerStack(tmp_path_factory.mktemp("stack"), home)
    first = stack.up(program("before"))
    before = inspected()
    second = stack.up(program("after"), refresh=False)
    after = inspected()
    yield Changed(first, second, stack.up(program("after")), before, after)
    stack.close()


@pytest.mark.parametrize("name", REPLACED)
def test_what_is_fixed_at_creation_replaces_and_deletes_first(changed: Changed, name: str) -> None:
    assert changed.second.steps_of(name) == ["delete-replaced", "replace", "create-replacement"]
    assert not changed.same(name)
    assert changed.before[name]["Id"] != changed.after[name]["Id"]


@pytest.mark.parametrize("name", APPLIED)
def test_limits_and_restart_policy_are_updated_in_place(changed: Changed, name: str) -> None:
    assert changed.second.steps_of(name) == ["update"]
    assert changed.same(name)


def test_what_is_updated_in_place_is_so_on_the_engine(changed: Changed) -> None:
    memory = changed.after["memory"]["HostConfig"]
    names = ("Memory", "MemorySwap", "MemoryReservation")
    assert [memory[each] for each in names] == [96 << 20, 96 << 20, 48 << 20]
    assert changed.after["shares"]["HostConfig"]["CpuShares"] == 256
    assert changed.after["restart"]["HostConfig"]["RestartPolicy"]["Name"] == "always"
    assert changed.before["memory"]["HostConfig"]["Memory"] == LIMIT


@pytest.mark.parametrize("name", ACCEPTED)
def test_some_changes_are_accepted_and_not_applied(changed: Changed, name: str) -> None:
    assert changed.second.steps_of(name) == ["update"]
    assert changed.same(name)
    for part in ("Config", "HostConfig", "Mounts"):
        assert changed.after[name][part] == changed.before[name][part]


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_means_the_same_is_no_change(changed: Changed, name: str) -> None:
    assert changed.second.steps_of(name) == ["same"]
    assert changed.same(name)


def test_nothing_is_left_to_do_but_what_was_only_accepted(changed: Changed) -> None:
    assert changed.third.changed <= set(ACCEPTED)


def test_a_container_on_networks_of_its_own_is_not_on_the_default_one(changed: Changed) -> None:
    networks = changed.after["alias"]["NetworkSettings"]["Networks"]
    assert set(networks) == {f"{PREFIX}v"}
    assert "b" in networks[f"{PREFIX}v"]["Aliases"]
