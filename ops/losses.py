"""What a restore would lose: the rows that are newer than the backup, table by table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from .database import NoAnswer, answer
from .exits import Exit, Stopped
from .project import Project

HEADERS = ("table", "rows now", "created since", "changed since")
_SQL = """
WITH stamped AS (
  SELECT table_schema AS s, table_name AS t,
    min(column_name) FILTER (WHERE column_name IN ('created_at', 'created_time')) AS made,
    min(column_name) FILTER (WHERE column_name = 'updated_at') AS changed
  FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
  WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
  GROUP BY 1, 2
), asked AS (
  SELECT s, t, format('SELECT count(*) AS rows, %s AS created, %s AS changed FROM %I.%I',
    CASE WHEN made IS NULL THEN 'NULL::bigint'
      ELSE format('count(*) FILTER (WHERE %I >= %L)', made, '{moment}') END,
    CASE WHEN changed IS NULL THEN 'NULL::bigint'
      ELSE format('count(*) FILTER (WHERE %I >= %L)', changed, '{moment}') END,
    s, t) AS query
  FROM stamped
), counted AS (SELECT s, t, query_to_xml(query, true, true, '') AS x FROM asked)
SELECT coalesce(json_agg(json_build_object('table', s || '.' || t,
  'rows', (xpath('/row/rows/text()', x))[1]::text::bigint,
  'created', (xpath('/row/created/text()', x))[1]::text::bigint,
  'changed', (xpath('/row/changed/text()', x))[1]::text::bigint) ORDER BY s, t), '[]')
FROM counted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A table: its rows now, and those created and changed since; None where no time tells."""

    table: str
    rows: int
    created: int | None
    changed: int | None

    def row(self) -> tuple[str, ...]:
        """Return the table as cells under HEADERS."""
        cells = (self.rows, self.created, self.changed)
        return (self.table, *("unknown" if cell is None else str(cell) for cell in cells))


def losses(project: Project, moment: datetime) -> list[Loss]:
    """Return every table of the database with what a backup of that moment lacks.

    What was deleted since cannot be counted: it comes back. Raises Stopped when the database
    does not answer.
    """
    sql = _SQL.format(moment=moment.isoformat())
    try:
        output = answer(project.engine, project.names, sql)
    except NoAnswer as error:
        raise Stopped(Exit.FAILED, _away(project, str(error))) from error
    return [Loss(**each) for each in json.loads(output)]


def lines(found: list[Loss]) -> list[Loss]:
    """Return the tables that lose something, or may."""
    return [each for each in found if each.created or each.changed or _unknown(each)]


def _unknown(each: Loss) -> bool:
    return each.rows > 0 and each.created is None and each.changed is None


def _away(project: Project, said: str) -> str:
    return (
        f"The database of stack {project.stack} could not be asked what would be lost, and nothing "
        f"was touched: {said}. `platformctl up --stack {project.stack}` makes it run."
    )
