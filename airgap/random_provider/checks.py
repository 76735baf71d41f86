"""Check and Diff of the random resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airgap.wire import Unknown, unknown_inside

from .schema import INPUTS

Failures = list[tuple[str, str]]


def check(token: str, news: Mapping[str, Any]) -> tuple[dict[str, Any], Failures]:
    """Return the inputs with defaults filled in, and what is wrong with them."""
    table = INPUTS[token]
    given = {key: value for key, value in news.items() if key != "__defaults"}
    failures: Failures = [
        (key, f"{key} is not an input of {token}; it takes {', '.join(sorted(table))}")
        for key in given
        if key not in table
    ]
    for name, spec in table.items():
        if spec.required and name not in given:
            failures.append((name, f"{name} is required"))
        if name in given and (reason := _wrong(given[name], spec.type, spec.least)):
            failures.append((name, f"{name} {reason}"))
    if "number" in table and "number" in given and "numeric" not in given:
        given["numeric"] = given["number"]
    filled = {name: spec.default for name, spec in table.items() if spec.default is not None}
    defaults = sorted(name for name in filled if name not in given)
    checked = filled | given | {"__defaults": defaults}
    if not failures and "special" in table and not unknown_inside(checked):
        failures += _contradictions(checked)
    return checked, failures


def _wrong(value: object, kind: type, least: int | None) -> str | None:
    if isinstance(value, Unknown):
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return f"is to be of type {kind.__name__}"
    if least is not None and isinstance(value, int) and value < least:
        return f"is to be at least {least}"
    return None


def _contradictions(inputs: Mapping[str, Any]) -> Failures:
    minimum = sum(inputs[f"min{name}"] for name in ("Upper", "Lower", "Numeric", "Special"))
    if inputs["length"] < minimum:
        return [("length", f"length is to be at least the sum of the minimums, {minimum}")]
    if not any(inputs[name] for name in ("upper", "lower", "numeric", "special")):
        return [("upper", "at least one of upper, lower, numeric, special is to be true")]
    return []


def replaces(token: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the inputs whose change makes a new value: all of them, with three exceptions.

    Keepers of nothing but nulls equal no keepers; an empty overrideSpecial equals none;
    a default that an older version did not record is no change.
    """
    changed = []
    for name, spec in INPUTS[token].items():
        old, new = olds.get(name), news.get(name)
        if old is None and new == spec.default:
            continue
        if name == "overrideSpecial" and not old and not new:
            continue
        if name == "keepers" and _kept(old) == _kept(new) and (old is None or new is not None):
            continue
        if old != new:
            changed.append(name)
    return changed


def _kept(keepers: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (keepers or {}).items() if value is not None}
