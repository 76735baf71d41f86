"""Which schema the database has, and whose programs work with it: the migrations noted both."""

from __future__ import annotations

import docker

from plan.names import Names
from plan.release import Schema

from .database import NoAnswer, answer
from .exits import Exit, Stopped

_SQL = """
SELECT version_num, coalesce(substring(
  obj_description('public.alembic_version'::regclass, 'pg_class') FROM 'programs of (\\w+)'), '')
FROM public.alembic_version
"""


def schema_of(engine: docker.DockerClient, names: Names) -> Schema:
    """Return the schema of a stack's database. Raises Stopped when it does not tell.

    A database that was migrated before this was noted works with its own programs only.
    """
    try:
        revision, _, oldest = answer(engine, names, _SQL).strip().partition("|")
    except NoAnswer as error:
        raise Stopped(
            Exit.FAILED, f"The database was asked for the revision of its schema and said: {error}"
        ) from error
    return Schema(revision=revision, oldest=oldest or revision)
