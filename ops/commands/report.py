"""platformctl report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..output import Table, show, show_json
from ..project import Project, find
from ..report.data import Item, ReleaseReport
from ..report.files import read, reports
from ..report.scale import seconds_text

_TICKS = {True: "done", False: "not done", None: "n/a"}


def report(
    release: Annotated[
        str | None,
        typer.Argument(
            metavar="[RELEASE]",
            help="A release or a failed update, or how its id begins; by default the latest.",
            show_default=False,
        ),
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show the report of a release: where its page is, and what it says in short.

    Every `up` that makes a release, or fails when traffic moves or everything is looked at,
    writes one. With --json all that the page shows.
    """
    project = find(stack)
    file = _chosen(project, release)
    if as_json:
        show_json(json.loads(file.read_text()))
    else:
        _show(file, read(file))


def _chosen(project: Project, wanted: str | None) -> Path:
    found = reports(project.root, project.stack)
    if not found:
        raise Stopped(
            Exit.USAGE,
            f"Stack {project.stack} has no report yet. The next `platformctl up --stack "
            f"{project.stack}` that releases something writes one.",
        )
    chosen = [each for each in found if each.stem.startswith(wanted or "")]
    if wanted is None or len(chosen) == 1:
        return chosen[-1]
    exact = [each for each in chosen if each.stem == wanted]
    if exact:
        return exact[0]
    known = ", ".join(each.stem for each in reversed(found))
    why = "more than one report begins so" if chosen else "no such report is kept"
    raise Stopped(Exit.USAGE, f"{wanted}: {why}. Kept are {known}.")


def _show(file: Path, told: ReleaseReport) -> None:
    show(Table(("result", "item", "evidence"), [_row(item) for item in told.checklist]))
    requests, errors = told.requests
    moved = ", ".join(dict.fromkeys(each.service for each in told.samples)) or "no service"
    result, took = "released" if told.passed else "failed", seconds_text(told.seconds)
    print(f"{told.id}: {result} at {told.time} after {took}; traffic of {moved} moved")
    if told.samples:
        print(f"{requests} requests while traffic moved, {errors} of them failed")
    if told.failure:
        print(told.failure.strip())
    print(f"Report: {file.with_suffix('.html')}")


def _row(item: Item) -> tuple[str, str, str]:
    return _TICKS[item.ticked], item.title, item.evidence
