"""platformctl adopt."""

from __future__ import annotations

from .. import ask
from ..engine import containers
from ..options import Json, Stack, Yes
from ..output import say, show_json
from ..owner import take
from ..owning import others
from ..project import Project, find
from ..pulumi_cli import Pulumi
from ..remains import (
    DATA,
    data_volumes,
    remove_containers_and_networks,
    remove_volumes,
    stop_containers,
)


def adopt(stack: Stack = None, yes: Yes = False, as_json: Json = False) -> None:
    """Take over a stack that another checkout has left on this engine.

    For when that checkout, or its .state folder, is gone. Says what there is and asks; then
    removes it all but the data and the backups, which the next `up` takes over with new
    secrets. From then on the other checkout is refused as this one was.
    """
    project = find(stack)
    if not others(project):
        _show(project, [], as_json)
        return
    running = len(containers(project.engine, project.stack))
    say(
        f"This stops and removes what another checkout has deployed as stack {project.stack}: "
        f"{running} containers, with their networks and secrets. "
        f"Kept: {', '.join(data_volumes(project)) or 'no data, as there is none'}."
    )
    ask.by_name(project.stack, yes)
    pulumi = Pulumi(project)
    if pulumi.exists():
        pulumi.unlock()
    stop_containers(project)
    removed = remove_containers_and_networks(project)
    removed += remove_volumes(project, keep=DATA)
    take(project.engine, project.names, project.root)
    _show(project, removed, as_json)


def _show(project: Project, removed: list[str], as_json: bool) -> None:
    kept = data_volumes(project)
    if as_json:
        show_json({"stack": project.stack, "kept": kept, "removed": removed})
    elif removed:
        print(
            f"Stack {project.stack} belongs to this checkout now. `platformctl up --stack "
            f"{project.stack}` brings it up{' with the data that was there' if kept else ''}."
        )
    else:
        print(f"This engine holds no stack {project.stack} of another checkout.")
