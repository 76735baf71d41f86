"""platformctl rollback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from plan.request import Request

from ..exits import Exit, Stopped
from ..holding import held
from ..options import Json, Stack
from ..output import say
from ..project import Project, find
from ..records import Records, digests, records
from ..returning import Way, idle, way_back
from ..standing import Standing
from ..updating import show_update, update


def rollback(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these services.")
    ] = None,
    stack: Stack = None,
    to: Annotated[
        str | None,
        typer.Option(help="A release, as `releases` lists it; by default the one before."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Return to an earlier release.

    Versions that still stand in their slots get all traffic back at once; others are deployed
    again from their record. The services stay pinned to them: an `up` from the same source does
    not bring the bad version again, `unpin` does.
    """
    project = find(stack)
    known = records(project)
    only = _known(known, tuple(services or ()))
    target = known.find(to) if to else known.before_live()
    standing = Standing.of(project)
    back = way_back(known, target, standing.well, standing.has_image, only)
    if back.way is Way.NO:
        raise Stopped(
            Exit.FAILED, f"{target['id']} cannot be returned to: {back.why}. Nothing was touched."
        )
    say(
        f"Returning {', '.join(back.services) or 'nothing'} to release {target['id']} ({back.way})."
    )
    moved = _at_once(project, known, target, standing, back.services)
    outputs = _recorded(project, known, target, only, moved, quiet=as_json)
    show_update(project, outputs, as_json=as_json)


def _known(known: Records, services: tuple[str, ...]) -> tuple[str, ...]:
    for name in services:
        if name not in known.live.services:
            has = ", ".join(sorted(known.live.services))
            raise Stopped(Exit.USAGE, f"The live release has no {name}; it has {has}.")
    return services


def _at_once(
    project: Project,
    known: Records,
    target: Mapping[str, Any],
    standing: Standing,
    services: tuple[str, ...],
) -> dict[str, str]:
    """Move the traffic of what stands well in its idle slot; return these slots by service."""
    wanted = digests(target)
    found = {name: idle(known.live, name, wanted[name], standing.well) for name in services}
    slots = {name: slot for name, slot in found.items() if slot is not None}
    with held(project):
        standing.router.point(slots)
    if slots:
        say(f"All traffic of {', '.join(slots)} is back. Recording it …")
    return slots


def _recorded(
    project: Project,
    known: Records,
    target: Mapping[str, Any],
    only: tuple[str, ...],
    moved: Mapping[str, str],
    *,
    quiet: bool,
) -> Mapping[str, Any]:
    """Let the stack follow, and stay there."""
    pins = {
        name: known.container(digest)
        for name, digest in digests(target).items()
        if name in known.live.services and (not only or name in only)
    }
    request = Request(
        pins=pins,
        instant=True,
        reason=f"rollback to {target['id']}",
        returned_to=target["id"],
    )
    try:
        return update(project, request, quiet=quiet, what="rollback")
    except Stopped as stopped:
        if not moved:
            raise
        Standing.of(project).router.point(moved)
        raise Stopped(
            stopped.code,
            f"{stopped.message} Traffic of {', '.join(moved)} stays on the earlier version; run "
            "the same rollback again so that it is recorded too.",
        ) from None
