"""Records that are the same in some fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from .answers import DuplicateGroup
from .texts import normalised, plain


def groups(fields: Sequence[str], records: Sequence[Mapping[str, Any]]) -> list[DuplicateGroup]:
    """Return the groups of two and more, largest first.

    Compared are normalised values; records that are empty in all the fields are no duplicates.
    """
    found: defaultdict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        key = tuple(normalised(record["fields"].get(field)) for field in fields)
        if any(key):
            found[key].append(record)
    several = [alike for alike in found.values() if len(alike) > 1]
    return [
        DuplicateGroup(
            values={field: plain(alike[0]["fields"].get(field)) for field in fields},
            record_ids=[record["id"] for record in alike],
        )
        for alike in sorted(several, key=len, reverse=True)
    ]
