"""The revisions of the schema: one after the other, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from migrations import connection, roles, schema

from .migrations_fixtures import HEAD, empty_database, settings_of, snapshot
from .surroundings import Surroundings

NEXT, AFTER_NEXT = (f"{int(HEAD) + more:04}" for more in (1, 2))


@pytest.fixture
def empty(surroundings: Surroundings) -> Iterator[str]:
    """The name of an empty database."""
    with empty_database(surroundings) as name:
        yield name


def test_the_revision_can_be_asked_for(surroundings: Surroundings, empty: str) -> None:
    before = surroundings.migrate("current", "--json", database=empty)
    assert json.loads(before.stdout) == {"current": None, "head": HEAD}
    after = surroundings.migrate("current", "--json")
    assert json.loads(after.stdout) == {"current": HEAD, "head": HEAD}
    plain = surroundings.migrate("current")
    assert plain.stdout == f"Schema: at {HEAD}, newest {HEAD}.\n"


def _note(surroundings: Surroundings, database: str) -> str | None:
    with surroundings.superuser(database) as link:
        found = link.execute(
            "SELECT obj_description('public.alembic_version'::regclass, 'pg_class')"
        ).fetchone()
    return str(found[0]) if found and found[0] else None


def test_the_database_tells_which_programs_work_with_its_schema(
    surroundings: Surroundings, empty: str, tmp_path: Path
) -> None:
    surroundings.migrate(database=empty)
    assert _note(surroundings, empty) == "programs of 0001 and later"
    with surroundings.superuser(empty) as link:
        link.execute("COMMENT ON TABLE public.alembic_version IS NULL")
    surroundings.migrate(database=empty)
    assert _note(surroundings, empty) == "programs of 0001 and later"
    (tmp_path / "narrow.py").write_text(_revision(NEXT, HEAD, "DROP TABLE users.profiles CASCADE"))
    with connection.waited(settings_of(surroundings, empty)) as link:
        schema.upgrade(link, [tmp_path])
    assert _note(surroundings, empty) == f"programs of {NEXT} and later"
    surroundings.migrate(database=empty)
    assert _note(surroundings, empty) == f"programs of {NEXT} and later"


def test_a_failing_revision_leaves_the_schema_as_it_was_before_it(
    surroundings: Surroundings, empty: str, tmp_path: Path
) -> None:
    (tmp_path / "good.py").write_text(_revision(NEXT, HEAD, "CREATE TABLE users.good ()"))
    (tmp_path / "bad.py").write_text(
        _revision(AFTER_NEXT, NEXT, "CREATE TABLE users.half (); SELECT 1 / 0")
    )
    settings = settings_of(surroundings, empty)
    with connection.waited(settings) as link:
        roles.ensure(link, settings.logins)
        with pytest.raises(schema.UpgradeFailed) as failed:
            schema.upgrade(link, [tmp_path])
        assert schema.revisions(link, [tmp_path]) == {"current": NEXT, "head": AFTER_NEXT}
    assert str(failed.value) == (
        f"A revision failed and was undone; the schema is at {NEXT}. division by zero"
    )
    with surroundings.superuser(empty) as plain:
        tables = plain.execute("SELECT to_regclass('users.good'), to_regclass('users.half')")
        assert tables.fetchone() == ("users.good", None)


def test_a_schema_newer_than_the_program_is_left_as_it_is(
    surroundings: Surroundings, empty: str
) -> None:
    surroundings.migrate(database=empty)
    with surroundings.superuser(empty) as link:
        link.execute("UPDATE public.alembic_version SET version_num = '0099'")
    before = snapshot(surroundings, empty)
    done = surroundings.migrate(database=empty)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == f"Schema: at 0099, newer than {HEAD}; left as it is."
    assert snapshot(surroundings, empty) == before


def test_a_lock_that_is_not_given_fails_the_run_instead_of_blocking_the_services(
    surroundings: Surroundings, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    surroundings.migrate(database=empty)
    (tmp_path / "alter.py").write_text(
        _revision(NEXT, HEAD, "ALTER TABLE users.profiles ADD COLUMN more text")
    )
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "300ms")
    with surroundings.superuser(empty) as other, other.transaction():
        other.execute("LOCK TABLE users.profiles")
        with (
            connection.waited(settings_of(surroundings, empty)) as link,
            pytest.raises(schema.UpgradeFailed, match="lock timeout"),
        ):
            schema.upgrade(link, [tmp_path])


def _revision(name: str, after: str, statements: str) -> str:
    return (
        f'"""Revision for a test."""\nfrom alembic import op\n\nrevision = "{name}"\n'
        f'down_revision = "{after}"\n\n\ndef upgrade():\n'
        f"    op.get_bind().exec_driver_sql({statements!r})\n"
    )
