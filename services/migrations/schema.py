"""The schema: one chain of revisions, one transaction each."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from .roles import OWNER


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def revisions(link: Connection) -> dict[str, str | None]:
    """Return the database's revision and the newest one."""
    context = MigrationContext.configure(link, opts={"version_table_schema": "public"})
    return {"current": context.get_current_revision(), "head": _script().get_current_head()}


def upgrade(link: Connection) -> None:
    """Run the revisions that the database lacks. A failing one leaves no trace of itself."""
    script = _script()
    before = revisions(link)
    if before["current"] == before["head"]:
        print(f"Schema: at {before['head']}, nothing to do.")
        return
    own = link.engine.connect().execution_options(isolation_level="READ COMMITTED")
    with own, EnvironmentContext(Config(), script, fn=_steps(script)) as environment:
        # The version table is the superuser's; what revisions make belongs to the owner.
        environment.configure(
            connection=own, transaction_per_migration=True, version_table_schema="public"
        )
        with environment.begin_transaction():
            environment.run_migrations()
    print(f"Schema: at {revisions(link)['head']}.")


def _steps(script: ScriptDirectory):  # type: ignore[no-untyped-def]  # Alembic's own shape
    def steps(revision, _context):  # type: ignore[no-untyped-def]
        found = script._upgrade_revs("head", revision)
        for step in found:
            print(f"Revision {step.info.up_revision_id}: {step.doc}")
        return found

    return steps


def as_owner(link: Connection) -> None:
    """Make what follows in this transaction belong to the owner."""
    link.execute(text(f"SET LOCAL ROLE {OWNER}"))
