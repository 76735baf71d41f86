"""A table's fields in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .answers import FieldAnalysis
from .texts import plain

COMMON = 5
"""How many of the most common values are named."""

LONGEST = 100
"""Characters of a common value that are shown."""

_TIMES = ("date", "dateTime", "createdTime", "lastModifiedTime")


def analyse(
    fields: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]
) -> list[FieldAnalysis]:
    """Return the numbers of each field. Airtable leaves empty cells out of a record."""
    return [
        _one(field, [record["fields"].get(field["name"]) for record in records]) for field in fields
    ]


def _one(field: Mapping[str, Any], cells: Sequence[Any]) -> FieldAnalysis:
    filled = [cell for cell in cells if cell not in (None, "", [])]
    values = Counter(plain(cell) for cell in filled)
    least, most = _ends(field["type"], filled)
    # An unticked checkbox is a value too, but comes as an empty cell.
    rate = len(filled) / len(cells) if cells else 0.0
    return FieldAnalysis(
        name=field["name"],
        type=field["type"],
        filled=len(filled),
        empty=len(cells) - len(filled),
        fill_rate=round(rate, 4),
        distinct=len(values),
        minimum=least,
        maximum=most,
        most_common=[value[:LONGEST] for value, _ in values.most_common(COMMON)],
    )


def _ends(kind: str, filled: Sequence[Any]) -> tuple[float | str | None, float | str | None]:
    numbers = [
        cell for cell in filled if isinstance(cell, int | float) and not isinstance(cell, bool)
    ]
    if numbers:
        return min(numbers), max(numbers)
    times = [cell for cell in filled if isinstance(cell, str)] if kind in _TIMES else []
    # In Airtable's answers times are UTC in one format, so that text order is their order.
    return (min(times), max(times)) if times else (None, None)
