"""Alembic's environment: runs the revisions on the connection that it is given."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script

from migrations.schema import VERSION_SCHEMA


def _applied(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    done = step.up_revision
    title = done.doc if isinstance(done, Script) else ""
    print(f"Revision {step.up_revision_id}: {title}", flush=True)


context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=True,
    version_table_schema=VERSION_SCHEMA,
    on_version_apply=_applied,
)
with context.begin_transaction():
    context.run_migrations()
