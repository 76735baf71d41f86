"""From a container of the plan to the arguments of docker.Container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_docker as docker

from plan.container import Container, HealthCheck
from plan.durations import go_duration
from plan.names import DIGEST_LABEL

from .site import Site

# The official provider takes changes of these for done without doing them;
# "#initerror" makes the next update replace what failed while it was created.
REPLACE_ON_CHANGES = ["healthcheck", "init", "tmpfs", "#initerror"]
# Size of each tmpfs, in MiB: scratch space only, counted against the memory limit.
TMPFS_MIB = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVolume:
    """A volume of rendered files and where a container sees it.

    digest: of the contents, by which the container is replaced when they change; None when it
    takes them while it runs.
    """

    volume: docker.Volume
    path: str
    digest: pulumi.Output[str] | None


def arguments(
    spec: Container,
    site: Site,
    *,
    volumes: Mapping[str, docker.Volume] | None = None,
    files: Sequence[FileVolume] = (),
    slot: str | None = None,
) -> docker.ContainerArgs:
    """Return the arguments of a hardened container.

    volumes: the named volumes that it mounts. files: its secrets and rendered configuration.
    slot: of a service, which becomes part of its name and its DNS name.
    Memory and swap are the same limit, so that a container never swaps.
    """
    labels = site.names.labels(spec.name, slot)
    name = f"{spec.name}-{slot}" if slot else spec.name
    aliases = [name] if slot else []
    return docker.ContainerArgs(
        name=site.names.of(name),
        image=spec.image,
        user=spec.user,
        envs=[f"{key}={value}" for key, value in sorted(spec.environment.items())],
        command=list(spec.command) or None,
        networks_advanced=[
            docker.ContainerNetworksAdvancedArgs(
                name=site.networks[each.network].name, aliases=[*each.aliases, *aliases] or None
            )
            for each in spec.networks
        ],
        ports=[
            docker.ContainerPortArgs(internal=p.internal, external=p.external, ip=p.address)
            for p in spec.ports
        ],
        volumes=[
            *(
                docker.ContainerVolumeArgs(
                    volume_name=(volumes or {})[mount.volume].name,
                    container_path=mount.path,
                    read_only=mount.read_only,
                )
                for mount in spec.mounts
            ),
            *(
                docker.ContainerVolumeArgs(
                    volume_name=each.volume.name, container_path=each.path, read_only=True
                )
                for each in files
            ),
        ],
        labels=[
            *(docker.ContainerLabelArgs(label=k, value=v) for k, v in labels.items()),
            *(
                docker.ContainerLabelArgs(
                    label=f"{DIGEST_LABEL}{each.path.replace('/', '.')}", value=each.digest
                )
                for each in files
                if each.digest is not None
            ),
        ],
        healthcheck=_healthcheck(spec.health) if spec.health else None,
        tmpfs={path: _tmpfs(spec.user) for path in spec.tmpfs},
        **_limits(spec),
        **_HARDENED,
    )


_HARDENED: dict[str, Any] = {
    "read_only": True,
    "capabilities": docker.ContainerCapabilitiesArgs(drops=["ALL"]),
    "security_opts": ["no-new-privileges:true"],
    "init": True,
    "log_driver": "json-file",
    "log_opts": {"max-size": "10m", "max-file": "3"},
}


def _tmpfs(user: str) -> str:
    # Owned by the user: on a restart runc gives the mount the mode of the folder beneath it,
    # so the mode alone would shut the user out.
    uid, _, gid = user.partition(":")
    return f"size={TMPFS_MIB}m,mode=1777,uid={uid},gid={gid or uid}"


def _limits(spec: Container) -> dict[str, Any]:
    return {
        "cpus": f"{spec.limits.cpus:g}",
        "cpu_shares": spec.cpu_shares,
        "memory": spec.limits.memory_mib,
        "memory_swap": spec.limits.memory_mib,
        "memory_reservation": spec.limits.reserved_memory_mib,
        "destroy_grace_seconds": spec.stop_grace_seconds,
    }


def _healthcheck(health: HealthCheck) -> docker.ContainerHealthcheckArgs:
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", *health.command],
        interval=go_duration(health.interval_seconds),
        timeout=go_duration(health.timeout_seconds),
        retries=health.retries,
        start_period=go_duration(health.start_period_seconds),
    )


def options(
    parent: pulumi.Resource, depends_on: Sequence[pulumi.Input[pulumi.Resource]]
) -> pulumi.ResourceOptions:
    """Return the options of every container: replaced where the provider would not apply."""
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        replace_on_changes=REPLACE_ON_CHANGES,
        delete_before_replace=True,
    )
