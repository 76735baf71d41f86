"""The schema of a database is read from what the migrations noted there."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import NotFound

from ops.exits import Stopped
from ops.schema import schema_of
from plan.names import Names
from plan.release import Schema


class Postgres:
    """An engine with a database that answers a line, or is not there."""

    def __init__(self, output: str, code: int = 0, there: bool = True) -> None:
        self.containers = self
        self.output, self.exit_code, self.there = output.encode(), code, there

    def get(self, name: str) -> Postgres:
        if not self.there:
            raise NotFound(f"no {name}")
        return self

    def exec_run(self, command: list[str]) -> Postgres:
        assert command[0] == "psql"
        return self


def schema(*given: Any, **more: Any) -> Schema:
    engine: Any = Postgres(*given, **more)
    return schema_of(engine, Names("dev"))


def test_the_revision_and_the_oldest_programs_are_told() -> None:
    assert schema("0005|0004\n") == Schema(revision="0005", oldest="0004")


def test_a_database_without_the_note_works_with_its_own_programs_only() -> None:
    assert schema("0005|\n") == Schema(revision="0005", oldest="0005")


def test_what_the_database_or_the_engine_says_is_passed_on() -> None:
    with pytest.raises(Stopped, match="revision of its schema and said: no such table"):
        schema("no such table\n", code=1)
    with pytest.raises(Stopped, match="no pyairtable-dev-postgres"):
        schema("", there=False)
