"""The formula that finds a text in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyairtable.formulas import field_name, quoted

_TEXTS = {"singleLineText", "multilineText", "richText", "email", "url", "phoneNumber", "barcode"}
_CHOICES = {"singleSelect", "multipleSelects"}
_NUMBERS = {"number", "currency", "percent", "autoNumber"}
_COMPUTED = {"formula", "rollup", "multipleLookupValues"}
_SEARCHED = _TEXTS | _CHOICES | _NUMBERS | _COMPUTED


def searched(fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the fields in which a text can be found."""
    return [field["name"] for field in fields if field["type"] in _SEARCHED]


def containing(text: str, fields: Sequence[str]) -> str:
    """Return the formula of records that hold a text in one of the fields, in any letter case."""
    wanted = quoted(text.lower())
    tests = [f"FIND({wanted}, LOWER({field_name(field)} & ''))" for field in fields]
    return f"OR({', '.join(tests)})"
