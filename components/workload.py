"""Workload: one long-running container with its files, behind a health gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import pulumi
import pulumi_docker as docker

from plan.container import Container
from plan.environment import SECRETS_FOLDER

from .attachment import Attached, aliases
from .containers import FileVolume, arguments, options
from .files import Files
from .gate import Check, Gate, gate, opened
from .health import HealthGate
from .live_secrets import LiveSecrets
from .secret_files import secret_files
from .site import Site

Waits = Sequence[pulumi.Input[pulumi.Resource]]


class Workload(pulumi.ComponentResource):
    """A container that keeps running. ready: the gate that opens once it is healthy.

    gated: an update waits for it, and removes it when it fails. gives_way: it has no traffic yet,
    and starts on what the others leave over. live_secrets: it takes changed secrets while it runs,
    instead of being replaced. reloads: the same for its rendered configuration.
    A component asks for a workload; what that is, is the runtime's matter.
    """

    container: docker.Container
    ready: Gate

    def __init__(
        self,
        spec: Container,
        site: Site,
        depends_on: Waits,
        *,
        volumes: Mapping[str, docker.Volume] | None = None,
        slot: str | None = None,
        gated: bool = True,
        gives_way: bool = False,
        live_secrets: bool = False,
        reloads: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{spec.name}-{slot}" if slot else spec.name
        super().__init__("pyairtable:components:Workload", f"{name}-workload", None, opts)
        files = _files(spec, name, site, self)
        mounted = [
            replace(each.mounted, digest=None)
            if (live_secrets if each.mounted.path == SECRETS_FOLDER else reloads)
            else each.mounted
            for each in files
        ]
        args = arguments(spec, site, volumes=volumes, files=mounted, slot=slot)
        args.restart = "unless-stopped"
        waits = [*depends_on, *(each.written for each in files), *_image(spec, site)]
        self.container = docker.Container(name, args, options(self, waits))
        check: Check = _health_gate(spec, name, site, gives_way).wait
        if live_secrets:
            check = LiveSecrets(name=name, healthy=check, address=site.address).take
        attached = Attached(
            name=name, aliases=aliases(spec, name, site), address=site.address, then=check
        )
        self.ready = (
            gate(self.container, name, attached.wait, site.recorder, "container")
            if gated
            else opened(self.container)
        )
        self.register_outputs({"container": self.container.name, "image": spec.image})


def job_files(
    spec: Container, site: Site, parent: pulumi.Resource
) -> tuple[list[FileVolume], list[Gate]]:
    """Return the files of a job and the gates that it waits for."""
    files = _files(spec, spec.name, site, parent)
    return [each.mounted for each in files], [each.written for each in files]


def _files(spec: Container, name: str, site: Site, parent: pulumi.Resource) -> list[Files]:
    """One Files per folder: the secrets, and each folder of rendered configuration."""
    found = [secret_files(spec, name, site, parent)] if spec.secrets else []
    folders = sorted({str(PurePosixPath(path).parent) for path in spec.files})
    for folder in folders:
        contents: dict[str, pulumi.Input[str]] = {
            PurePosixPath(path).name: text
            for path, text in spec.files.items()
            if str(PurePosixPath(path).parent) == folder
        }
        found.append(
            Files(
                f"{name}{folder.replace('/', '-')}",
                folder,
                contents,
                spec.user,
                site,
                opts=pulumi.ResourceOptions(parent=parent),
            )
        )
    return found


def _image(spec: Container, site: Site) -> list[docker.RemoteImage]:
    """Our image when this update builds it; an older release's image is there already."""
    image = site.images.get(spec.built) if spec.built else None
    return [image] if image is not None else []


def _health_gate(spec: Container, name: str, site: Site, gives_way: bool) -> HealthGate:
    if spec.health is None:
        raise ValueError(f"{name} has no health check, so nothing could wait for it")
    return HealthGate(
        name=name,
        command=spec.health.command,
        check_seconds=spec.health.timeout_seconds,
        timeout_seconds=site.gate_timeout_seconds,
        address=site.address,
        gives_way_from=spec.cpu_shares if gives_way else None,
    )
