"""platformctl release."""

from __future__ import annotations

from typing import Annotated

import typer

from plan.request import Request

from ..configured import Configured
from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..project import Project, find
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
    setting = Configured(project)
    before = setting.text()
    for name in services:
        setting.set(f"services.{name}.image", image)
    try:
        changed = Project(project.root, project.stack)
        _ = changed.settings
        unpin = tuple(name for name in services if name in pins)
        outputs = update(changed, Request(unpin=unpin, reason=f"release of {image}"), quiet=as_json)
    except Stopped as stopped:
        setting.restore(before)
        said = "" if stopped.code is Exit.USAGE else " The setting is as it was."
        raise Stopped(stopped.code, f"{stopped.message}{said}") from None
    show_update(project, outputs, as_json=as_json)
