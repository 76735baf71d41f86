"""platformctl restore."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import ask, restoring
from ..exits import Exit, Stopped
from ..holding import held
from ..options import Json, Stack, Yes
from ..output import say, show_json
from ..project import Project, find
from ..with_data import told
from .validate import examine, show_report

# Services that were stopped need a moment to be ready again.
SETTLE_SECONDS = 60.0


def restore(
    backup: Annotated[str, typer.Argument(help="Name of a backup, as `backups` lists it.")],
    stack: Stack = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put the database back to a backup.

    Says what will be lost and asks. Services that write are stopped meanwhile, the present is
    dumped first, and everything is validated afterwards.
    """
    project = find(stack)
    _ = project.deployment, project.engine
    with held(project):
        chosen = restoring.find(project, backup)
        say(told(project, chosen))
        ask.by_name(project.stack, yes)
        present = restoring.restore(project, chosen)
        report = examine(project, SETTLE_SECONDS)
    if as_json:
        show_json({"restored": chosen.name, "present": present, "validation": report.as_dict()})
    else:
        show_report(report, as_json=False)
    if not report.passed:
        raise Stopped(
            Exit.FAILED,
            f"{chosen.name} is restored, but the platform is not well. {_back(present, project)}",
        )
    say(f"Restored {chosen.name}. {_back(present, project)}")


def _back(present: str | None, project: Project) -> str:
    if present is None:
        return ""
    return f"`platformctl restore {present} --stack {project.stack}` goes back to what was before."
