"""Cell values as text."""

from __future__ import annotations

import json
import unicodedata
from typing import Any


def plain(value: Any) -> str:
    """Return a cell as a person reads it; lists with commas, objects by their name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(plain(each) for each in value)
    if isinstance(value, dict):
        named = next((value[key] for key in ("name", "filename", "text") if key in value), None)
        return plain(named) if named is not None else json.dumps(value, sort_keys=True)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def normalised(value: Any) -> str:
    """Return a cell so that spelling differences vanish: letter case, spaces, Unicode forms."""
    return " ".join(unicodedata.normalize("NFKC", plain(value)).casefold().split())
