"""What differs between two releases. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Difference = tuple[str, str, Any, Any]
"""What, key, and the value in the first and in the second; None where there is none."""


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """Return what differs, by service and then by key."""
    found: list[Difference] = []
    for what in sorted({*first, *second}):
        one, other = dict(_flat(first.get(what))), dict(_flat(second.get(what)))
        found += [
            (what, key, one.get(key), other.get(key))
            for key in sorted({*one, *other})
            if one.get(key) != other.get(key)
        ]
    return found


def _flat(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a value with their paths."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif value is not None:
        yield path, value
