"""platformctl down."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import ask
from ..exits import Exit, Stopped
from ..options import Json, Stack, Yes
from ..output import say, show_json
from ..owning import let_go, refuse_others
from ..project import Project, find
from ..pulumi_cli import Pulumi, finish
from ..remains import (
    data_volumes,
    remove_containers_and_networks,
    remove_images,
    remove_volumes,
)
from ..state import copy_before_up


def down(
    stack: Stack = None,
    purge: Annotated[
        bool, typer.Option("--purge", help="Remove the data and the backups too; asks first.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Stop and remove the stack; keep its data.

    Data and backups stay unless --purge is given, or the settings say otherwise. The next
    `up` takes kept data over again. --purge asks for the stack's name, unless --yes is
    given, and removes what cannot be brought back, and the images of earlier releases.
    """
    project = find(stack)
    _ = project.settings
    refuse_others(project)
    lost = _lost(project, purge)
    if lost:
        say(f"This removes for good: {', '.join(lost)}.")
        ask.by_name(project.stack, yes)
    pulumi = Pulumi(project)
    if pulumi.exists():
        pulumi.unlock()
        copy_before_up(project.root, project.stack)
        options = [] if purge else ["--exclude-protected"]
        ended = pulumi.stream(
            "destroy", "--yes", "--skip-preview", "--suppress-outputs", *options, quiet=as_json
        )
        finish(ended, project.stack, "down")
    removed = [] if _protected(project) else remove_containers_and_networks(project)
    removed += [*remove_volumes(project), *remove_images(project)] if purge else []
    let_go(project)
    _show(project, removed, as_json)


def _lost(project: Project, purge: bool) -> list[str]:
    """Names of the volumes with data that would go; raises Stopped when one is protected."""
    stores = project.settings.stores
    if purge:
        if _protected(project):
            raise Stopped(
                Exit.FAILED,
                f"Stack {project.stack} protects its data (stores.*.protect), so nothing was "
                "touched. Set it to false, run `platformctl up`, then this again.",
            )
        return data_volumes(project)
    kept = {"postgres": stores.postgres, "redis": stores.redis}
    gone = [name for name, store in kept.items() if not (store.retain_on_delete or store.protect)]
    return [
        volume
        for volume in data_volumes(project)
        if any(volume.startswith(project.names.of(name)) for name in gone)
    ]


def _protected(project: Project) -> bool:
    stores = project.settings.stores
    return stores.postgres.protect or stores.redis.protect


def _show(project: Project, removed: list[str], as_json: bool) -> None:
    kept = data_volumes(project)
    if as_json:
        show_json({"stack": project.stack, "kept": kept, "alsoRemoved": removed})
        return
    if removed:
        print(f"Also removed: {', '.join(removed)}.")
    print(f"Stack {project.stack} is down.", end=" ")
    print(f"Kept: {', '.join(kept)}." if kept else "Nothing of it is left on the engine.")
