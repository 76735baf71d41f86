"""The texts that sum up what functions gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN = 20
"""Records that are named in an answer."""

NO_BASE = "I found no base to look into. Name one, please."
NO_TOOLS = "I have no tool for that."


def bases(found: Mapping[str, Any]) -> str:
    """Sum up a list of bases."""
    names = [f"{each.get('name')} ({each.get('id')})" for each in _list(found, "bases")]
    return f"There {_are(len(names), 'base')}: {', '.join(names)}."


def tables(found: Mapping[str, Any]) -> str:
    """Sum up a list of tables."""
    names = [str(each.get("name")) for each in _list(found, "tables")]
    return f"There {_are(len(names), 'table')}: {', '.join(names)}."


def records(table: str, primary: str, found: Mapping[str, Any]) -> str:
    """Sum up a page of records, each by its primary field or, without one, its first text."""
    rows = _list(found, "records")
    more = " on this page" if found.get("offset") else ""
    lines = [f"- {_title(row, primary)}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"- and {len(rows) - SHOWN} more")
    head = f"The table {table} has {len(rows)} record{'' if len(rows) == 1 else 's'}{more}"
    return "\n".join([f"{head}{':' if rows else '.'}", *lines])


def _title(row: Mapping[str, Any], primary: str) -> str:
    fields = row.get("fields")
    if not isinstance(fields, dict) or not fields:
        return str(row.get("id"))
    if primary in fields:
        return str(fields[primary])
    return next((v for v in fields.values() if isinstance(v, str)), str(row.get("id")))


def _are(count: int, noun: str) -> str:
    return f"is 1 {noun}" if count == 1 else f"are {count} {noun}s"


def _list(found: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = found.get(key)
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
