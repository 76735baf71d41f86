"""Restoring a backup: the present is kept, writers wait, and a failure goes back."""

from __future__ import annotations

from . import dumps, jobs, writers
from .dumps import Backup
from .exits import Exit, Stopped
from .output import say
from .project import Project
from .shield import shielded


def find(project: Project, name: str) -> Backup:
    """Return the backup of that name. Raises Stopped when there is none, or it is damaged."""
    found = dumps.listed(project)
    for each in found:
        if each.name != name:
            continue
        if each.intact:
            return each
        raise Stopped(Exit.FAILED, f"{name} is damaged: its checksum differs. Nothing was touched.")
    names = ", ".join(each.name for each in found) or "none"
    raise Stopped(Exit.USAGE, f"There is no backup {name}; there are: {names}.")


def newest(project: Project) -> str | None:
    """Return the name of the last backup that was made, None when there is none."""
    found = dumps.listed(project)
    return found[0].name if found else None


def restore(project: Project, backup: Backup, migrations: str | None = None) -> str | None:
    """Put the database back to a backup; return the name of the dump of the present.

    That dump is made once nothing writes any more, so it holds every acknowledged write.
    The schema is brought up to what the services need. When that fails, the present is put
    back and Stopped raised. migrations: the image that knows what they need; by default the
    one that ran last.
    """
    with writers.stopped(project):
        present, _ = dumps.make(project, keep=dumps.KEEP_ALL)
        say(f"The present is kept as {present}." if present else "There is nothing to keep.")
        with shielded("The restore"):
            _swap(project, backup.name)
            try:
                _migrate(project, migrations)
            except Stopped as error:
                _go_back(project, backup, present, error)
            writers.forget_caches(project)
    return present


def _swap(project: Project, name: str) -> None:
    say(f"Restoring {name}.")
    jobs.run(project, project.deployment.backup, ["/usr/local/bin/restore", name])


def _migrate(project: Project, image: str | None = None) -> None:
    """Bring roles, schema and grants to what the deployed services need."""
    say("Bringing the schema up to date.")
    job = project.deployment.migrations
    jobs.run(project, job, job.command, image=image)


def _go_back(project: Project, backup: Backup, present: str | None, error: Stopped) -> None:
    reason = (
        f"The schema of {backup.name} ({backup.revision}) could not be brought to what the "
        f"services need: {error.message}"
    )
    if present is None:
        raise Stopped(Exit.FAILED, reason)
    _swap(project, present)
    _migrate(project)
    raise Stopped(Exit.FAILED, f"{reason}\nThe data of before is back; nothing was lost.")
