"""platformctl logs."""

from __future__ import annotations

from typing import Annotated

import typer
from docker.models.containers import Container

from plan.names import COMPONENT_LABEL, SLOT_LABEL

from ..engine import containers
from ..exits import Exit, Stopped
from ..options import Stack
from ..project import Project, find
from ..traffic import Router


def logs(
    component: Annotated[
        str, typer.Argument(metavar="SERVICE", help="A service, a store, the router or a job.")
    ],
    stack: Stack = None,
    slot: Annotated[
        str | None, typer.Option(help="blue or green; by default the one that serves.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines.")] = False,
    tail: Annotated[int, typer.Option("--tail", "-n", min=0, help="How many last lines.")] = 100,
) -> None:
    """Show the last log lines of a component."""
    project = find(stack)
    _print(chosen(project, component, slot), follow, tail)


def chosen(project: Project, component: str, slot: str | None) -> Container:
    """Return a component's container; of a service that in slot, by default the one that serves.

    Raises Stopped when the stack has none.
    """
    found = containers(project.engine, project.stack)
    mine = [each for each in found if each.labels.get(COMPONENT_LABEL) == component]
    if not mine:
        known = ", ".join(sorted({each.labels.get(COMPONENT_LABEL, "") for each in found}))
        has = f"it has {known}" if known else "nothing of it is deployed"
        raise Stopped(Exit.USAGE, f"Stack {project.stack} has no {component}; {has}.")
    if len(mine) > 1 and slot is None:
        slot = Router(project.engine, project.names).serving().get(component)
    for each in mine:
        if slot is None or each.labels.get(SLOT_LABEL) == slot:
            return each
    raise Stopped(Exit.USAGE, f"{component} has nothing in slot {slot}.")


def _print(container: Container, follow: bool, tail: int) -> None:
    if not follow:
        print(container.logs(tail=tail).decode(errors="replace"), end="")
        return
    for line in container.logs(stream=True, follow=True, tail=tail):
        print(line.decode(errors="replace"), end="", flush=True)
