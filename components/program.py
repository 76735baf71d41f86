"""The program of one stack: what the last release left, what is wanted, and the way there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
from docker import DockerClient

from plan.deployment import Deployment
from plan.release import RELEASE, Release, ServiceRelease, kept
from plan.slots import Slots, assign

from . import engine, orphans, traffic
from .platform import Platform
from .previous import Previous, names_in_state, previous
from .validation import Report, Validation

Validate = Callable[[Deployment, Mapping[str, str], DockerClient], Report]


def deploy(
    deployment: Deployment, given: Mapping[str, str], root: Path, validate: Validate
) -> dict[str, Any]:
    """Register everything that the stack deploys and return the stack's outputs.

    given: values of the secrets that the configuration holds. validate: looks at the
    running platform once it is up; takes the deployment and the slot by service.
    """
    before = previous()
    if not pulumi.runtime.is_dry_run():
        _tidy(deployment, before)
    slots = _slots(deployment, before)
    platform = Platform(deployment, slots, given, root)
    planned = _release(deployment, slots, before, root)
    address = engine.host()
    validation = Validation(
        names=deployment.names,
        address=address,
        target=planned.slots,
        before=before.release.slots if before.release else {},
        validate=lambda: validate(deployment, planned.slots, engine.client(address)),
    )
    release = validation.release(platform.gates, planned)
    return _outputs(deployment, platform, release, before)


def _tidy(deployment: Deployment, before: Previous) -> None:
    address = engine.host()
    orphans.remove(deployment.names.stack, names_in_state(), address)
    if before.release:
        traffic.settle(before.release.slots, deployment.names, address)


def _slots(deployment: Deployment, before: Previous) -> dict[str, Slots]:
    services = before.release.services if before.release else {}
    return {
        each.service.name: assign(each.container, services.get(each.service.name))
        for each in deployment.services
    }


def _release(
    deployment: Deployment, slots: Mapping[str, Slots], before: Previous, root: Path
) -> Release:
    """Return the record of this update; the last one when it leaves the same running."""
    now = datetime.now(UTC)
    planned = Release(
        id=now.strftime("%Y%m%dT%H%M%SZ"),
        time=now.isoformat(timespec="seconds"),
        revision=revision(root),
        services={
            name: ServiceRelease(slot=each.target, slots=each.containers)
            for name, each in slots.items()
        },
        stores={each.store.name: each.container.image for each in deployment.stores},
        schema_image=deployment.migrations.image,
    )
    same = before.release is not None and before.release.same_as(planned)
    return before.release if same and before.release else planned


def revision(root: Path) -> str:
    """Return the git revision of root, with + when files differ from it; unknown without git."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return described.stdout.strip()


def _outputs(
    deployment: Deployment,
    platform: Platform,
    release: pulumi.Output[Release],
    before: Previous,
) -> dict[str, Any]:
    ports = {each.internal: each for each in deployment.router.ports}
    by_name = {
        each.service.name: ports[each.service.port]
        for each in deployment.services
        if each.service.public_port and each.service.port in ports
    }
    return {
        "outputsVersion": 1,
        "endpoints": {
            name: f"http://{port.address}:{port.external}" for name, port in by_name.items()
        },
        "networks": platform.networks,
        "services": release.apply(_services),
        "release": release.apply(lambda done: RELEASE.dump_python(done, mode="json")),
        "releases": release.apply(lambda done: list(kept(before.releases, done))),
        "health": release.apply(lambda done: {"validated": True, "release": done.id}),
    }


def _services(release: Release) -> dict[str, dict[str, str]]:
    return {
        name: {"image": each.live.image, "slot": each.slot}
        for name, each in sorted(release.services.items())
    }
