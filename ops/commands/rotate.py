"""platformctl rotate."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Json, Stack
from ..output import say
from ..project import find
from ..rotating import Rotation, chosen
from ..updating import show_update


def rotate(
    secrets: Annotated[
        list[str],
        typer.Argument(
            metavar="SECRET...",
            help="API_KEY, JWT_SECRET, POSTGRES_PASSWORD, REDIS_PASSWORD; several go together.",
        ),
    ],
    stack: Stack = None,
    as_json: Json = False,
    now: Annotated[
        bool,
        typer.Option("--now", help="Refuse tokens of the old JWT_SECRET without waiting."),
    ] = False,
) -> None:
    """Give secrets new values, while the platform serves.

    For a while both values count, so no request is lost and users stay signed in: first the new
    one is accepted, then used; then the old one is refused, and at last removed. Each of these
    is an update that releases what it changes as `up` does, and nothing else: an edit that waits
    in the source is left to the next `up`. The passwords of the stores stand for the logins of
    all services in them, too. Interrupted anywhere, the same command goes on where it stopped.
    """
    project = find(stack)
    rotation = Rotation.of(project, chosen(secrets, project.deployment), patient=not now)
    say(rotation.announced())
    show_update(project, rotation.run(quiet=as_json), as_json=as_json)
