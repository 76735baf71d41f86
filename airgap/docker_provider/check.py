"""Check: defaults, names, and refusing by name what is wrong or not supported."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from airgap.wire import Unknown

from .schema import Property, Resource

Failures = list[tuple[str, str]]
NAME_LENGTH = 255
SUFFIX_LENGTH = 7
_KINDS: dict[str, Any] = {
    "str": str,
    "int": int,
    "bool": bool,
    "map": dict,
    "list": list,
    "set": list,
    "object": dict,
    "objects": list,
    "objectset": list,
}


def check(
    resource: Resource,
    news: Mapping[str, Any],
    olds: Mapping[str, Any],
    urn_name: str,
    seed: bytes,
) -> tuple[dict[str, Any], Failures]:
    """Return the inputs with defaults and name filled in, and what is wrong with them.

    olds: the inputs before, whose automatic name is kept. seed: of the engine, for a new one.
    """
    failures: Failures = []
    checked = _object(resource.properties, news, "", failures)
    if resource.autonamed and checked.get("name") is None:
        old = olds.get("name") if "name" in olds.get("__defaults", ()) else None
        checked["name"] = old or _autoname(urn_name, seed)
        checked["__defaults"] = sorted({*checked["__defaults"], "name"})
    return checked, failures


def _autoname(urn_name: str, seed: bytes) -> str:
    suffix = hashlib.sha256(seed + urn_name.encode()).hexdigest()[:SUFFIX_LENGTH]
    return f"{urn_name[: NAME_LENGTH - SUFFIX_LENGTH - 1]}-{suffix}"


def _object(
    table: Mapping[str, Property], news: Mapping[str, Any], path: str, failures: Failures
) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in news.items():
        if name == "__defaults":
            continue
        if name not in table:
            known = ", ".join(sorted(table))
            failures.append((path + name, f"{path}{name} is not supported; known are {known}"))
            continue
        checked[name] = _value(table[name], value, path + name, failures)
    for name, spec in table.items():
        if spec.required and name not in checked:
            failures.append((path + name, f"{path}{name} is required"))
    filled = {n: s.default for n, s in table.items() if s.default is not None and n not in checked}
    return {**checked, **filled, "__defaults": sorted(filled)}


def _value(spec: Property, value: Any, path: str, failures: Failures) -> Any:
    if isinstance(value, Unknown):
        return value
    value = _coerced(spec.kind, value)
    wrong = isinstance(value, bool) and spec.kind == "int"
    if wrong or not isinstance(value, _KINDS[spec.kind]):
        failures.append((path, f"{path} is to be of type {spec.kind}, not {type(value).__name__}"))
        return value
    if spec.kind == "object":
        return _object(spec.fields or {}, value, f"{path}.", failures)
    if spec.kind in ("objects", "objectset"):
        return [_item(spec, item, f"{path}[{n}]", failures) for n, item in enumerate(value)]
    for item in _inner(spec.kind, value):
        if not isinstance(item, (str, Unknown)):
            failures.append((path, f"{path} is to hold texts, not {type(item).__name__}"))
    return value


def _inner(kind: str, value: Any) -> list[Any]:
    if kind == "map":
        return list(value.values())
    return list(value) if kind in ("list", "set") else []


def _item(spec: Property, item: Any, path: str, failures: Failures) -> Any:
    if isinstance(item, Unknown):
        return item
    if not isinstance(item, dict):
        failures.append((path, f"{path} is to be an object, not {type(item).__name__}"))
        return item
    return _object(spec.fields or {}, item, f"{path}.", failures)


def _coerced(kind: str, value: Any) -> Any:
    """Take the harmless spellings that the official provider takes: 5 for "5", "5" for 5."""
    if kind == "str" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if kind == "int" and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if kind == "bool" and value in ("true", "false"):
        return value == "true"
    return value
