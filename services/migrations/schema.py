"""The schema: one chain of revisions, one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
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


def oldest(versions: Sequence[Path] = ()) -> str:
    """Return the oldest revision whose programs work with the newest schema.

    A revision declares `programs_from`, the oldest one whose programs work with it; one that does
    not works with its own only. What a revision has taken away, no later one gives back.
    """
    scripts = ScriptDirectory.from_config(_config(versions))
    chain = [*reversed(list(scripts.walk_revisions()))]
    names = [each.revision for each in chain]
    return names[max(names.index(_declared(each)) for each in chain)]


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
        _note(link, versions)
        print(f"Schema: at {found['head']}, nothing to do.")
        return True
    try:
        _run(link, versions)
    except (SQLAlchemyError, CommandError) as error:
        left = revisions(link, versions)["current"] or "nothing"
        message = f"A revision failed and was undone; the schema is at {left}. {reason(error)}"
        raise UpgradeFailed(message) from error
    _note(link, versions)
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


def _note(link: Connection, versions: Sequence[Path]) -> None:
    """Write into the database which programs work with it, for those who do not know it."""
    note = f"programs of {oldest(versions)} and later"
    written = text("SELECT obj_description('public.alembic_version'::regclass, 'pg_class')")
    if link.execute(written).scalar() != note:
        # A comment takes no parameter; the note is made of a revision's name only.
        link.execute(text(f"COMMENT ON TABLE {VERSION_SCHEMA}.alembic_version IS '{note}'"))


def _declared(script: Script) -> str:
    return str(getattr(script.module, "programs_from", script.revision))


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
