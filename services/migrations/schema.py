"""The schema: one chain of revisions, one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from .connection import reason
from .roles import OWNER

_HERE = Path(__file__).parent
VERSION_SCHEMA = "public"
# Rather fail than make all requests wait behind a revision that waits for a lock.
LOCK_TIMEOUT = "15s"


class Revisions(TypedDict):
    """The database's revision, None when it has none, and the newest that this program knows."""

    current: str | None
    head: str | None


class UpgradeFailed(Exception):
    """A revision did not run; nothing of it is left in the database."""


def revisions(link: Connection, versions: Sequence[Path] = ()) -> Revisions:
    """Return the database's revision and the newest one. versions: further folders of them."""
    context = MigrationContext.configure(link, opts={"version_table_schema": VERSION_SCHEMA})
    head = ScriptDirectory.from_config(_config(versions)).get_current_head()
    return {"current": context.get_current_revision(), "head": head}


def upgrade(link: Connection, versions: Sequence[Path] = ()) -> bool:
    """Run the revisions that the database lacks; whether the schema is this program's.

    A schema that is newer stays as it is: services of the release before work on it. Raises
    UpgradeFailed.
    """
    found = revisions(link, versions)
    if not _known(found["current"], versions):
        print(f"Schema: at {found['current']}, newer than {found['head']}; left as it is.")
        return False
    if found["current"] == found["head"]:
        print(f"Schema: at {found['head']}, nothing to do.")
        return True
    try:
        _run(link, versions)
    except (SQLAlchemyError, CommandError) as error:
        left = revisions(link, versions)["current"] or "nothing"
        message = f"A revision failed and was undone; the schema is at {left}. {reason(error)}"
        raise UpgradeFailed(message) from error
    print(f"Schema: at {found['head']}.")
    return True


def _run(link: Connection, versions: Sequence[Path]) -> None:
    own = link.engine.connect().execution_options(isolation_level="READ COMMITTED")
    with own:
        own.execute(text(f"SET ROLE {OWNER}"))
        own.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        own.commit()
        config = _config(versions)
        config.attributes["connection"] = own
        command.upgrade(config, "head")


def _known(revision: str | None, versions: Sequence[Path]) -> bool:
    if revision is None:
        return True
    try:
        return ScriptDirectory.from_config(_config(versions)).get_revision(revision) is not None
    except CommandError:
        return False


def _config(versions: Sequence[Path]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option(
        "version_locations", ":".join(str(each) for each in (_HERE / "versions", *versions))
    )
    return config
