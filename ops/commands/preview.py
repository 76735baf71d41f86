"""platformctl preview."""

from __future__ import annotations

from typing import Annotated

import typer

from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..output import say
from ..owning import others
from ..project import Project, find
from ..pulumi_cli import Pulumi


def preview(
    stack: Stack = None,
    as_json: Json = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show each changed property.")] = False,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Fail when there would be any change.")
    ] = False,
) -> None:
    """Show what `up` would change.

    Nothing is touched. Without a Docker Engine it compares with the last known state.
    """
    project = find(stack)
    _ = project.deployment
    pulumi = Pulumi(project)
    pulumi.ensure_stack()
    chosen = {"--json": as_json, "--diff": diff, "--expect-no-changes": expect_no_changes}
    options = [option for option, wanted in chosen.items() if wanted]
    if not _answers(project):
        say("No Docker Engine answers, so this compares with the last known state only.")
        options.append("--refresh=false")
    elif why := others(project):
        say(f"The update will be refused. {why}")
    ended = pulumi.stream("preview", *options)
    if ended.code != 0:
        raise Stopped(Exit.FAILED, "The preview failed; see above why. Nothing was touched.")


def _answers(project: Project) -> bool:
    try:
        return bool(project.engine.ping())
    except Stopped:
        return False
