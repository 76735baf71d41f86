"""What a rollback does: which versions return, and what is asked of the update that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plan.request import Request

from .exits import Exit, Stopped
from .holding import held
from .project import Project
from .records import Records, digests, records
from .returning import Return, Way, idle, revisions, way_back
from .standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A rollback that is possible.

    target: id of the release. services: those that return. slots: of them those that stand well
    already, with the slot that gets the traffic. command: what repeats it.
    """

    target: str
    way: Way
    services: tuple[str, ...]
    slots: Mapping[str, str]
    request: Request
    command: str

    @property
    def announced(self) -> str:
        """The line that says beforehand what it does."""
        if self.way is Way.LIVE:
            return f"What runs is what ran in release {self.target}; nothing is to be returned."
        return f"Returning {', '.join(self.services)} to release {self.target} ({self.way})."


def planned(
    project: Project, standing: Standing, services: tuple[str, ...], to: str | None
) -> Rollback:
    """Return the rollback of services, all when none is named, to a release.

    to: id or the beginning of one; by default the release before. Raises Stopped, and nothing
    was touched, when that release cannot be returned to.
    """
    known = records(project)
    _there(services, digests(known.live.summary()), "The live release")
    target = known.find(to) if to else known.before_live(services)
    _there(services, digests(target), f"Release {target['id']}")
    back = way_back(known, target, standing.well, standing.has_image, services)
    if back.way is Way.NO:
        raise Stopped(Exit.FAILED, _refused(target["id"], back, project.stack))
    return Rollback(
        target=target["id"],
        way=back.way,
        services=back.services,
        slots=_slots(known, target, standing, back),
        request=_request(known, target, services),
        command=" ".join(["rollback", *services, "--to", target["id"]]),
    )


def keep(project: Project, done: Rollback, stopped: Stopped) -> str:
    """Put the traffic back where a rollback had moved it, after an update that failed.

    Returns what to tell the user. Whoever holds the lock now decides where traffic goes.
    """
    names = ", ".join(done.slots)
    again = f"`platformctl {done.command} --stack {project.stack}`"
    if stopped.code is Exit.LOCKED:
        return f"Traffic of {names} was moved, but that is not recorded: run {again} then."
    try:
        with held(project):
            standing = Standing.of(project)
            ill = [name for name, slot in done.slots.items() if not standing.well(name, slot)]
            standing.router.point(
                {name: slot for name, slot in done.slots.items() if name not in ill}
            )
    except Stopped as second:
        return f"Where the traffic of {names} is, is not known: {second.message}"
    if ill:
        return f"The earlier version of {', '.join(ill)} is not well any more."
    return (
        f"That is of the record only: traffic of {names} stays on the earlier version. Run {again} "
        "so that it is recorded too."
    )


def _refused(target: str, back: Return, stack: str) -> str:
    said = f"{target} cannot be returned to: {back.why}. Nothing was touched."
    if not back.data:
        return said
    return (
        f"{said} `platformctl rollback --to {target} --with-data --stack {stack}` returns the data "
        "of then with it, and says first what would be lost."
    )


def _there(services: tuple[str, ...], has: Mapping[str, str], where: str) -> None:
    if strange := [name for name in services if name not in has]:
        known = ", ".join(sorted(has))
        raise Stopped(Exit.USAGE, f"{where} has no {', '.join(strange)}; it has {known}.")


def _slots(
    known: Records, target: Mapping[str, Any], standing: Standing, back: Return
) -> dict[str, str]:
    """Return the idle slots that run the wanted versions already, by service."""
    wanted = digests(target)
    found = {name: idle(known.live, name, wanted[name], standing.well) for name in back.services}
    return {name: slot for name, slot in found.items() if slot is not None}


def _request(known: Records, target: Mapping[str, Any], only: tuple[str, ...]) -> Request:
    pins = {
        name: known.container(digest)
        for name, digest in digests(target).items()
        if name in known.live.services and (not only or name in only)
    }
    return Request(
        pins=pins,
        instant=True,
        reason=f"rollback to {target['id']}",
        returned_to=target["id"],
        schema=next(iter(revisions(target, pins)), None),
    )
