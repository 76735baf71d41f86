"""platformctl validate."""

from __future__ import annotations

from typing import Annotated

import typer

from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..output import Table, say, show, show_json, working
from ..project import Project, find
from ..traffic import Router
from ..validation import Report
from ..validation import validate as look
from ..validation.report import HEADERS


def validate(
    stack: Stack = None,
    as_json: Json = False,
    settle: Annotated[
        float, typer.Option(min=0, help="Seconds for which a check that fails is asked again.")
    ] = 5.0,
) -> None:
    """Check every store, service and public call.

    Stores and services are asked from inside the platform. The public calls register a
    throw-away user, sign in, and remove it afterwards. Fails when any check fails.
    """
    project = find(stack)
    report = examine(project, settle)
    show_report(report, as_json)
    if not report.passed:
        raise Stopped(
            Exit.FAILED,
            f"Stack {project.stack} is not well. `platformctl logs SERVICE` shows what a service "
            f"says, and `platformctl up --stack {project.stack}` repairs what it can.",
        )


def examine(project: Project, settle_seconds: float) -> Report:
    """Look at a stack as it runs. Raises Stopped when nothing of it is deployed."""
    deployment = project.deployment
    slots = Router(project.engine, project.names).serving()
    waiting = [each.service.name for each in deployment.services if each.service.name not in slots]
    if waiting:
        say(f"Not deployed yet, so not looked at: {', '.join(waiting)}.")
    with working("Looking at everything …"):
        return look(deployment, slots, project.engine, settle_seconds)


def show_report(report: Report, as_json: bool) -> None:
    """Print a report as table or JSON."""
    if as_json:
        show_json(report.as_dict())
        return
    show(Table(HEADERS, [check.row() for check in report.checks]))
    print(report.summary())
