"""Diff: a changed input makes a new value, with three exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .resource import Resource


def diff(resource: Resource, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, str]:
    """Return the kind of change (a name of PropertyDiff.Kind) for each input that differs.

    olds: inputs and outputs as the state holds them. Updated in place, so that the value
    stays, are: keepers of nothing but nulls beside no keepers, an empty overrideSpecial
    beside none, and a default that an older version did not record.
    """
    return {
        name: _kind(name, olds.get(name), news.get(name), spec.default)
        for name, spec in resource.inputs.items()
        if olds.get(name) != news.get(name)
    }


def _kind(name: str, old: Any, new: Any, default: Any) -> str:
    change = "ADD" if old is None else "DELETE" if new is None else "UPDATE"
    if old is None and default is not None and new == default:
        return change
    if name == "overrideSpecial" and not old and not new:
        return change
    if name == "keepers" and _kept(old) == _kept(new):
        return change
    return f"{change}_REPLACE"


def _kept(keepers: Any) -> Any:
    if keepers is not None and not isinstance(keepers, Mapping):
        return keepers
    return {key: value for key, value in (keepers or {}).items() if value is not None}
