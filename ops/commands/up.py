"""platformctl up."""

from __future__ import annotations

from typing import Annotated

import typer

from plan.request import Request

from ..options import Json, Stack
from ..project import find
from ..updating import show_update, update


def up(
    stack: Stack = None,
    as_json: Json = False,
    allow_downtime: Annotated[
        bool,
        typer.Option(
            "--allow-downtime", help="Allow what interrupts the service, in production too."
        ),
    ] = False,
) -> None:
    """Bring the stack up and validate it.

    A stack that runs is brought to what its settings say now: changed services as a release,
    whose traffic moves step by step. Settings, Docker Engine and lock are looked at before
    anything is touched, and the state is copied. What is right already is not touched, so
    running it again is always safe. With --json the progress goes to the error output and the
    stack's outputs to the standard output.
    """
    project = find(stack)
    outputs = update(project, Request(allow_downtime=allow_downtime), quiet=as_json)
    show_update(project, outputs, as_json=as_json)
