"""platformctl rollback."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import ask, whole
from ..exits import Exit, Stopped
from ..holding import held
from ..options import Json, Stack, Yes
from ..output import say
from ..project import Project, find
from ..pulumi_cli import Pulumi
from ..returning import Way
from ..rolling_back import Rollback, keep, planned
from ..shift.note import killed
from ..standing import Standing
from ..traffic import Router
from ..updating import show_update, update
from ..with_data import told


def rollback(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these services.")
    ] = None,
    stack: Stack = None,
    to: Annotated[
        str | None,
        typer.Option(help="A release, as `releases` lists it; by default the one before."),
    ] = None,
    with_data: Annotated[
        bool,
        typer.Option("--with-data", help="The data of then too; needs --to, and asks first."),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Return to an earlier release.

    Versions that still stand in their slots get all traffic back at once; others are deployed
    again from their record. Services that are not returned stay as they are, whatever the
    source says by now. What was returned stays pinned: an `up` from the same source does not
    bring the bad version again, `unpin` does.

    With --with-data everything returns together: what all services ran, their settings, the
    schema, and the data from the backup that was made before the next release changed it. It
    says what would be lost and asks. The present is dumped first, and put back when anything
    fails; returning to the release of now brings it back later.
    """
    project = find(stack)
    if with_data:
        _whole(project, tuple(services or ()), to, yes=yes, as_json=as_json)
        return
    done = _moved(project, tuple(services or ()), to)
    if done.way is Way.LIVE:
        outputs = Pulumi(project).outputs()
    else:
        outputs = _recorded(project, done, quiet=as_json)
    show_update(project, outputs, as_json=as_json)


def _moved(project: Project, services: tuple[str, ...], to: str | None) -> Rollback:
    """Move the traffic of what stands well in its idle slot, while nobody else can update."""
    try:
        with held(project):
            standing = Standing.of(project)
            wanted = planned(project, standing, services, to)
            say(wanted.announced)
            standing.router.point(wanted.slots)
    except Stopped as stopped:
        raise Stopped(stopped.code, stopped.message + _way_out(project, stopped)) from None
    if wanted.slots:
        say(f"All traffic of {', '.join(wanted.slots)} is back. Recording it …")
    return wanted


def _whole(
    project: Project, services: tuple[str, ...], to: str | None, *, yes: bool, as_json: bool
) -> None:
    """Return everything together, data included."""
    if services or to is None:
        raise Stopped(
            Exit.USAGE,
            "--with-data returns the whole stack to the release that --to names, not single "
            "services. Nothing was touched. `platformctl releases` lists the releases.",
        )
    with held(project):
        standing = Standing.of(project)
        wanted = whole.planned(project, standing, to)
        say(wanted.announced)
        say(told(project, wanted.backup))
        ask.by_name(project.stack, yes)
        present = whole.restored(project, standing, wanted)
    say("The data is back. Bringing back what ran …")
    outputs = whole.followed(project, wanted, present, quiet=as_json)
    show_update(project, outputs, as_json=as_json)
    say(
        f"Returned to {wanted.target} with its data. What was before is kept as {present}: "
        f"`platformctl rollback --to {wanted.live} --with-data --stack {project.stack}` returns it."
    )


def _way_out(project: Project, stopped: Stopped) -> str:
    """Tell how to go back although an update holds the lock: while its traffic still moves."""
    if stopped.code is not Exit.LOCKED:
        return ""
    router = Router(project.engine, project.names)
    note = router.shift() if router.runs else None
    if note is None or killed(note):
        return ""
    return (
        f" It is shifting traffic of {', '.join(note['services'])} just now: `platformctl abort "
        f"--stack {project.stack}` takes that back at once."
    )


def _recorded(project: Project, done: Rollback, *, quiet: bool) -> dict[str, object]:
    """Let the stack follow, and stay there."""
    try:
        return dict(update(project, done.request, quiet=quiet, what=done.command))
    except Stopped as stopped:
        if not done.slots:
            raise
        raise Stopped(stopped.code, f"{stopped.message} {keep(project, done, stopped)}") from None
