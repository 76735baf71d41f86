"""The return of a whole release: what ran, its configuration, its schema and its data together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from plan.request import Request
from plan.stores import MIGRATIONS

from . import restoring
from .dumps import Backup
from .exits import Exit, Stopped
from .holding import held
from .project import Project
from .records import Records, digests, records
from .returning import backup_after, idle, missing, revisions
from .standing import Standing
from .updating import update


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A return with data that is possible.

    live, target: ids of releases. serving: slots that have the traffic. standing: idle slots that
    run what is wanted. before, migrations: images of the migrations, of now and of the target.
    """

    live: str
    target: str
    backup: Backup
    serving: Mapping[str, str]
    standing: Mapping[str, str]
    before: str
    migrations: str
    request: Request

    @property
    def announced(self) -> str:
        """The lines that say beforehand what it does."""
        services = len(self.request.pins) - 1
        return (
            f"Returning the whole stack to release {self.target}: what {services} services ran, "
            f"their settings, schema {self.backup.revision} and the data. Services that use the "
            "database are stopped while it is restored."
        )

    @property
    def command(self) -> str:
        """What repeats it."""
        return f"rollback --to {self.target} --with-data"


def planned(project: Project, standing: Standing, to: str) -> Whole:
    """Return the return of everything to a release. to: id or the beginning of one.

    Raises Stopped, and nothing was touched, when it is not possible.
    """
    known = records(project)
    target = known.find(to)
    if target["id"] == known.live.id:
        raise Stopped(Exit.USAGE, f"{target['id']} is the live release; nothing is to be returned.")
    wanted = {name: each for name, each in digests(target).items() if name in known.live.services}
    image = str(target["schemaImage"])
    why = missing(known, target, wanted, standing.has_image)
    if not why and not standing.has_image(image, True):
        why = f"image {image} is gone"
    if why:
        raise Stopped(Exit.FAILED, f"{target['id']} cannot be returned to: {why}. {_UNTOUCHED}")
    backup = _backup(project, known, target)
    pins = {name: known.container(digest) for name, digest in wanted.items()}
    found = {name: idle(known.live, name, wanted[name], standing.well) for name in wanted}
    return Whole(
        live=known.live.id,
        target=target["id"],
        backup=backup,
        serving=known.live.slots,
        standing={name: slot for name, slot in found.items() if slot is not None},
        before=known.live.schema_image,
        migrations=image,
        request=Request(
            pins={**pins, MIGRATIONS: replace(project.deployment.migrations, image=image)},
            instant=True,
            reason=f"rollback to {target['id']} with data",
            returned_to=target["id"],
            schema=next(iter(revisions(target, wanted)), None),
        ),
    )


def restored(project: Project, standing: Standing, whole: Whole) -> str | None:
    """Put the data back, and the traffic of what stands well; return the dump of the present.

    Who calls holds the stack's lock. Raises Stopped when it fails, the present put back.
    """
    present, interrupted = _swapped(project, whole.backup, whole.migrations)
    try:
        if interrupted is not None:
            raise interrupted
        standing.router.point(whole.standing)
    except Stopped as stopped:
        told = "Cancelled." if stopped is interrupted else stopped.message
        undone = _undone(project, whole, present)
        raise Stopped(stopped.code, f"{told} {undone}") from None
    return present


def followed(
    project: Project, whole: Whole, present: str | None, *, quiet: bool
) -> Mapping[str, Any]:
    """Let the stack follow its data; return the outputs. present: the dump of what was before.

    Raises Stopped when it does not come to its end, the present put back.
    """
    request = replace(whole.request, backup=present)
    try:
        return update(project, request, quiet=quiet, what=whole.command)
    except Stopped as stopped:
        try:
            with held(project):
                told = _undone(project, whole, present)
        except Stopped as second:
            told = f"{second.message} {_by_hand(project, present)}"
        raise Stopped(stopped.code, f"{stopped.message} {told}") from None


_UNTOUCHED = "Nothing was touched."


def _backup(project: Project, known: Records, target: Mapping[str, Any]) -> Backup:
    """Return the intact backup that holds the last data of a release's schema."""
    of, stack = target["id"], project.stack
    name = backup_after(known, target)
    if name is None:
        raise Stopped(
            Exit.FAILED,
            f"No release since {of} has changed the data, so there is no backup to return with it. "
            f"{_UNTOUCHED} `platformctl rollback --to {of} --stack {stack}` returns what ran then "
            "to the data of now.",
        )
    try:
        backup = restoring.find(project, name)
    except Stopped as stopped:
        raise Stopped(
            stopped.code,
            f"The data of {of} is in {name}. {stopped.message}",
        ) from None
    schema = (target.get("schema") or {}).get("revision", backup.revision)
    if backup.revision != schema:
        raise Stopped(
            Exit.FAILED,
            f"{name} has schema {backup.revision}, and {of} ran on {schema}. {_UNTOUCHED}",
        )
    return backup


def _swapped(
    project: Project, backup: Backup, migrations: str
) -> tuple[str | None, Stopped | None]:
    """Restore a backup; return the dump of the present, and an interruption of the meantime.

    A restore that is interrupted is finished first.
    """
    try:
        return restoring.restore(project, backup, migrations), None
    except Stopped as stopped:
        if stopped.code is not Exit.CANCELLED:
            raise
        return restoring.newest(project), stopped


def _undone(project: Project, whole: Whole, present: str | None) -> str:
    """Put the present back; return what to tell. Who calls holds the stack's lock."""
    if present is None:
        return "There was no data before."
    try:
        meanwhile, _ = _swapped(project, restoring.find(project, present), whole.before)
        Standing.of(project).router.point(whole.serving)
    except Stopped as stopped:
        return f"The data of before is not back: {stopped.message} {_by_hand(project, present)}"
    return (
        "The data of before and its traffic are back; what was written meanwhile is kept as "
        f"{meanwhile}. `platformctl up --stack {project.stack}` puts the rest in order."
    )


def _by_hand(project: Project, present: str | None) -> str:
    return f"`platformctl restore {present} --stack {project.stack}` puts the data of before back."
