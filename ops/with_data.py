"""What a return with data would lose, told before anybody is asked."""

from __future__ import annotations

from . import losses
from .dumps import Backup
from .output import Table
from .project import Project


def told(project: Project, backup: Backup) -> str:
    """Return what the database has now and a backup has not, table by table.

    Raises Stopped when the database does not answer.
    """
    found = losses.lines(losses.losses(project, backup.time))
    table = Table(losses.HEADERS, [each.row() for each in found])
    return "\n".join(
        (
            f"Restoring {backup.name}, begun {backup.row()[1]}, to stack {project.stack} loses:",
            table.plain() if found else "nothing that a table's times would tell of.",
            "Rows deleted since come back; cached data is forgotten. The present is dumped first.",
        )
    )
