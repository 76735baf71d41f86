"""platformctl unpin."""

from __future__ import annotations

from typing import Annotated

import typer

from plan.request import Request

from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..output import say
from ..project import find
from ..records import records
from ..updating import show_update, update


def unpin(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="All when left out.")
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Let services follow the source again, after a rollback.

    Without names all that are pinned. What the source says is released as by `up`: tested,
    step by step, and back when it is bad.
    """
    project = find(stack)
    pins = records(project).live.pins
    wanted = tuple(services or pins)
    if not wanted:
        say(f"Nothing of stack {project.stack} is pinned.")
        return
    if strange := [name for name in wanted if name not in pins]:
        has = f"pinned are {', '.join(sorted(pins))}" if pins else "nothing is pinned"
        raise Stopped(Exit.USAGE, f"{', '.join(strange)} is not pinned; {has}.")
    outputs = update(
        project, Request(unpin=wanted), quiet=as_json, what=f"unpin {' '.join(wanted)}"
    )
    show_update(project, outputs, as_json=as_json)
