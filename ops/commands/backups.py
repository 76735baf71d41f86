"""platformctl backups."""

from __future__ import annotations

from .. import dumps
from ..options import Json, Stack
from ..output import Table, show, show_json
from ..project import find


def backups(stack: Stack = None, as_json: Json = False) -> None:
    """List the backups, newest first.

    Each is checked against its checksum. Works also while the stack is down.
    """
    project = find(stack)
    _ = project.deployment, project.engine
    found = dumps.listed(project)
    if as_json:
        show_json([each.as_dict() for each in found])
    elif found:
        show(Table(dumps.HEADERS, [each.row() for each in found]))
    else:
        print(
            f"Stack {project.stack} has no backups yet. `platformctl backup --stack "
            f"{project.stack}` makes one; every `up` that changes the schema does too."
        )
