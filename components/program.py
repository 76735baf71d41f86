"""The program of one stack: what the last release left, what is wanted, and the way there."""

from __future__ import annotations

import getpass
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pulumi

from plan.change import Change
from plan.deployment import Deployment
from plan.interruption import Interruption, fixed, interruption, refused, spared
from plan.phases import steps
from plan.pins import needless, pinned, pins, still
from plan.promotion import announced
from plan.release import RELEASE, Pin, Release, ServiceRelease, containers, kept
from plan.request import Request
from plan.retention import backups, named
from plan.rotation import dated, rotated
from plan.slots import Slots, assign, kept_idle
from plan.timeline import members

from . import engine, orphans
from .maintenance import Maintenance
from .operations import Operate, Operations
from .platform import Platform
from .previous import Previous, names_in_state, previous
from .progress import Progress
from .recorder import Recorder
from .validation import Validation


def deploy(
    deployment: Deployment,
    given: Mapping[str, str],
    root: Path,
    operate: Operate,
    request: Request | None = None,
) -> dict[str, Any]:
    """Register everything that the stack deploys and return the stack's outputs.

    given: values of the secrets that the configuration holds. operate: works on the running
    platform once it is up. request: what this update does differently.
    """
    asked = request or Request()
    before = previous()
    generations = before.release.generations if before.release else {}
    deployment = rotated(deployment, {**generations, **asked.generations})
    held = _held(deployment, before, asked)
    wanted = pinned(deployment, {**still(deployment, before.release, asked, _now()), **held})
    wanted = spared(wanted, before.release, asked)
    interrupts = interruption(before.release, wanted)
    slots = _slots(wanted, before)
    change = _change(wanted, slots, before)
    progress = Progress(live=Path(asked.live) if asked.live else None)
    recorder = Recorder(progress, members(steps(wanted), change.target))
    _announce(interrupts, wanted, asked, progress)
    operations = _operations(wanted, before, slots, operate, progress, instant=asked.instant)
    maintenance = Maintenance(operations=operations, interrupts=interrupts)
    platform = Platform(wanted, slots, given, recorder, maintenance, instant=asked.instant)
    planned = _release(wanted, slots, before, held, asked, root)
    told = announced(change, wanted.release)
    if told and not asked.instant:
        progress.step(told)
    validation = Validation(
        operations=operations,
        recorder=recorder,
        change=change,
        instant=asked.instant,
        images=_images(wanted, before, planned),
        backups=_backups(wanted, before, planned),
        migrates=_migrates(before, planned),
    )
    release = validation.release(platform.gates, planned).apply(
        lambda done: replace(done, generations=dated(done.generations, generations, _now()))
    )
    return _outputs(wanted, platform, release, before)


def _announce(
    interrupts: Interruption, deployment: Deployment, asked: Request, progress: Progress
) -> None:
    """Tell what is interrupted; refuse it, before anything is touched, where it is not allowed."""
    why = refused(interrupts, deployment, asked)
    if why and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(f"{why} Nothing was touched.")
    if why:
        pulumi.log.warn(f"The update will be refused. {why}")
    elif interrupts:
        progress.step(str(interrupts))


def _held(deployment: Deployment, before: Previous, asked: Request) -> dict[str, Pin]:
    """Return what does not follow the source, and tell of it."""
    found = pins(before.release.pins if before.release else {}, asked, _now())
    held = {name: pin for name, pin in found.items() if name not in needless(deployment, found)}
    for name, pin in sorted(held.items()):
        pulumi.log.warn(
            f"{name} is pinned to {pin.container.image} since {pin.since} ({pin.reason}), whatever "
            f"the source says. `platformctl unpin {name}` lets it follow the source again."
        )
    return held


def _operations(
    deployment: Deployment,
    before: Previous,
    slots: Mapping[str, Slots],
    operate: Operate,
    progress: Progress,
    *,
    instant: bool,
) -> Operations | None:
    """Make ready for the update; a preview touches nothing."""
    if pulumi.runtime.is_dry_run():
        return None
    address = engine.host()
    operations = operate(deployment, engine.client(address), progress)
    known = names_in_state()
    if why := operations.claim(known):
        raise pulumi.RunError(why)
    _when_interrupted(operations)
    orphans.remove(deployment.names.stack, known, address)
    if before.release:
        replaced = _replaced(slots, before.release)
        staying = {
            name: each.target
            for name, each in slots.items()
            if instant and each.releases and name not in replaced
        }
        operations.settle(before.release.slots, staying)
        operations.drain(replaced)
    return operations


def _when_interrupted(operations: Operations) -> None:
    """Let a program that is interrupted put traffic back before it ends."""
    before = signal.getsignal(signal.SIGINT)

    def interrupted(number: int, frame: FrameType | None) -> None:
        operations.interrupt()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGINT, interrupted)


def _replaced(slots: Mapping[str, Slots], before: Release) -> dict[str, str]:
    """Slots that this update replaces, by service."""
    return {
        name: slot
        for name, each in slots.items()
        if name in before.services
        for slot, new in each.containers.items()
        if slot != each.live
        and (old := before.services[name].slots.get(slot)) is not None
        and old.digest != new.digest
    }


def _slots(deployment: Deployment, before: Previous) -> dict[str, Slots]:
    services = before.release.services if before.release else {}
    return {
        each.service.name: kept_idle(
            assign(each.container, services.get(each.service.name)), each.container, deployment
        )
        for each in deployment.services
    }


def _change(deployment: Deployment, slots: Mapping[str, Slots], before: Previous) -> Change:
    return Change(
        before=before.release.slots if before.release else {},
        target={name: each.target for name, each in slots.items()},
        order=tuple(step.name for step in steps(deployment)),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _release(
    deployment: Deployment,
    slots: Mapping[str, Slots],
    before: Previous,
    held: Mapping[str, Pin],
    asked: Request,
    root: Path,
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
        who=f"{getpass.getuser()}@{socket.gethostname()}",
        reason=asked.reason,
        returned_to=asked.returned_to,
        backup=asked.backup,
        pins=held,
        generations=deployment.generations,
        fixed=fixed(deployment),
    )
    same = before.release is not None and before.release.same_as(planned)
    return before.release if same and before.release else planned


def _migrates(before: Previous, planned: Release) -> bool:
    """Whether this update brings migrations, before which it makes a backup."""
    return before.release is not None and before.release.schema_image != planned.schema_image


def _images(deployment: Deployment, before: Previous, planned: Release) -> frozenset[str]:
    """Return the images that stay once this update is a release."""
    summaries = kept(before.releases, planned, deployment.release.kept_releases)
    return named(summaries, planned) | set(deployment.images.values())


def _backups(deployment: Deployment, before: Previous, planned: Release) -> tuple[str, ...] | None:
    """Return the dumps that kept releases name; None when there is no new release."""
    if planned is before.release:
        return None
    return backups(kept(before.releases, planned, deployment.release.kept_releases))


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
    count = deployment.release.kept_releases
    summaries = release.apply(lambda done: kept(before.releases, done, count))
    return {
        "outputsVersion": 1,
        "endpoints": {
            name: f"http://{port.address}:{port.external}" for name, port in by_name.items()
        },
        "networks": platform.networks,
        "services": release.apply(_services),
        "release": release.apply(lambda done: RELEASE.dump_python(done, mode="json")),
        "releases": summaries.apply(list),
        "containers": pulumi.Output.all(summaries, release).apply(
            lambda both: containers(both[0], before.containers, both[1])
        ),
        "health": release.apply(lambda done: {"validated": True, "release": done.id}),
    }


def _services(release: Release) -> dict[str, dict[str, str]]:
    return {
        name: {"image": each.live.image, "slot": each.slot}
        for name, each in sorted(release.services.items())
    }
