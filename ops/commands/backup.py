"""platformctl backup."""

from __future__ import annotations

from .. import dumps
from ..holding import held
from ..options import Json, Stack
from ..output import show_json, working
from ..project import find


def backup(stack: Stack = None, as_json: Json = False) -> None:
    """Dump the database and verify the dump.

    It goes to the stack's backup volume. The last few are kept, as many as
    stores.postgres.backupKeep says, and those that kept releases return to.
    """
    project = find(stack)
    _ = project.deployment, project.engine
    with held(project), working("Dumping the database …"):
        name, said = dumps.make(project)
    if as_json:
        show_json({"stack": project.stack, "backup": name})
    else:
        print(said)
