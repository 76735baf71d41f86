"""platformctl release."""

from __future__ import annotations

from typing import Annotated

import typer

from plan.request import Request

from ..configured import Configured
from ..options import Json, Stack
from ..project import Project, find
from ..pulumi_cli import Pulumi
from ..records import records
from ..updating import show_update, update


def release(
    services: Annotated[list[str], typer.Argument(metavar="SERVICE...", help="What to release.")],
    image: Annotated[str, typer.Option(help="The image that honours the service's contract.")],
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Release an image of services without editing files.

    Sets `services.SERVICE.image` in the stack's configuration and brings the stack up; when
    that fails the setting is as it was.
    """
    project = find(stack)
    pins = records(project).live.pins
    # Whoever updates now must not find a setting that is only tried.
    Pulumi(project).unlock()
    request = Request(
        unpin=tuple(name for name in services if name in pins), reason=f"release of {image}"
    )
    command = " ".join(["release", *services, "--image", image])
    with Configured(project).tried({f"services.{name}.image": image for name in services}):
        changed = Project(project.root, project.stack)
        outputs = update(changed, request, quiet=as_json, what=command)
    show_update(project, outputs, as_json=as_json)
