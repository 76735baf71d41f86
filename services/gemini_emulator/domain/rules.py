"""What the emulator answers: a function to call, or a text. The same request, the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from . import summaries
from .conversation import Turn
from .wire import Declaration, FunctionCall

_RECORDS = re.compile(
    r"\b(?:records?|rows?|entries)\s+(?:of|in|from)\s+(?:the\s+)?(?:table\s+)?", re.IGNORECASE
)
_NAMED_RECORDS = re.compile(r"\b(?:show|list|read|get)\s+(?:all\s+)?(.+?)\s+records\b", re.I)
_TABLES = re.compile(r"\btables\b", re.IGNORECASE)
_BASES = re.compile(r"\bbases\b", re.IGNORECASE)
_QUOTES = "\"'`“”‘’"  # noqa: RUF001

Answer = FunctionCall | str
Functions = Mapping[str, Declaration]


def answer(turn: Turn, functions: Functions) -> Answer:
    """Return the function to call next, or the text that ends the turn."""
    if turn.failure is not None:
        return f"That did not work: {turn.failure}"
    for matches, rule in _RULES:
        if matches(turn.text):
            return rule(turn, functions)
    return f"You said: {turn.text}"


def wants_records(text: str) -> bool:
    """Whether a text asks for the records of a table."""
    return bool(_RECORDS.search(text) or _NAMED_RECORDS.search(text))


def _records(turn: Turn, functions: Functions) -> Answer:
    base = _base(turn, functions)
    if not isinstance(base, str):
        return base or summaries.NO_BASE
    tables = turn.result("list_tables")
    if tables is None:
        call = _call(functions, "list_tables", base_id=base)
        return call or summaries.NO_TOOLS
    table = _table_named(turn.text, tables)
    if table is None:
        return f"There is no such table. {summaries.tables(tables)}"
    name = str(table["name"])
    records = turn.result("get_records")
    if records is None:
        call = _call(functions, "get_records", base_id=base, table=name)
        return call or summaries.NO_TOOLS
    return summaries.records(name, str(table.get("primary_field", "")), records)


def _tables(turn: Turn, functions: Functions) -> Answer:
    base = _base(turn, functions)
    if not isinstance(base, str):
        return base or summaries.NO_BASE
    found = turn.result("list_tables")
    if found is None:
        return _call(functions, "list_tables", base_id=base) or summaries.NO_TOOLS
    return summaries.tables(found)


def _bases(turn: Turn, functions: Functions) -> Answer:
    found = turn.result("list_bases")
    if found is None:
        return _call(functions, "list_bases") or summaries.NO_TOOLS
    return summaries.bases(found)


_RULES: tuple[tuple[Callable[[str], bool], Callable[[Turn, Functions], Answer]], ...] = (
    (wants_records, _records),
    (lambda text: bool(_TABLES.search(text)), _tables),
    (lambda text: bool(_BASES.search(text)), _bases),
)


def _base(turn: Turn, functions: Functions) -> FunctionCall | str | None:
    """The base's id, the call that finds it, or None when it cannot be found."""
    if turn.base_id:
        return turn.base_id
    found = turn.result("list_bases")
    if found is None:
        return _call(functions, "list_bases")
    bases = _items(found, "bases")
    named = [each for each in bases if str(each.get("name", "")).lower() in turn.text.lower()]
    chosen = (named or bases)[:1]
    return str(chosen[0].get("id")) if chosen else None


def _call(functions: Functions, name: str, **arguments: str) -> FunctionCall | None:
    declared = functions.get(name)
    if declared is None:
        return None
    known = {key: value for key, value in arguments.items() if key in declared.arguments}
    return FunctionCall(name=name, args=known)


def _table_named(text: str, tables: Mapping[str, Any]) -> dict[str, Any] | None:
    found = _RECORDS.search(text)
    # What stands behind `records of` counts; before it other tables may be named.
    tail = text[found.end() :] if found else text
    tail = tail.translate(dict.fromkeys(map(ord, _QUOTES))).lower()
    hits = [
        (tail.index(name), -len(name), table)
        for table in _items(tables, "tables")
        if (name := str(table.get("name") or "").lower()) and name in tail
    ]
    return min(hits, key=lambda hit: hit[:2])[2] if hits else None


def _items(found: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = found.get(key)
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
