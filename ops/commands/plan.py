"""platformctl plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import graphviz
import typer

from plan.phases import Step, steps

from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..output import say, show_json
from ..picture import as_graph, as_list, as_text
from ..project import find


def plan(
    stack: Stack = None,
    as_json: Json = False,
    svg: Annotated[
        Path | None,
        typer.Option(help="Draw the plan into this file; needs Graphviz (`dot`)."),
    ] = None,
) -> None:
    """Show in which order things start.

    Each step is shown with its gate and with what it waits for. Needs neither Docker nor
    Pulumi. Services of the catalog that are not deployed are named with the reason.
    """
    project = find(stack)
    deployment = project.deployment
    found = steps(deployment)
    if svg is not None:
        _draw(found, svg)
    if as_json:
        absent = dict(deployment.absent)
        show_json({"stack": project.stack, "steps": as_list(found), "absent": absent})
    elif svg is None:
        print(as_text(found))
        for name, reason in deployment.absent.items():
            print(f"not deployed: {name} ({reason})")


def _draw(found: tuple[Step, ...], file: Path) -> None:
    try:
        drawn = as_graph(found).pipe(format="svg")
    except graphviz.ExecutableNotFound:
        raise Stopped(
            Exit.FAILED,
            "The plan cannot be drawn: Graphviz is not installed. Install the package `graphviz` "
            "of your system, or read the same plan as text (`platformctl plan`) or as JSON "
            "(`platformctl plan --json`).",
        ) from None
    file.write_bytes(drawn)
    say(f"Drew {file}.")
