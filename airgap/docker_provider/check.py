"""Check: defaults, names, and refusing by name what is wrong or not supported.

What is told of a value never quotes it: it may be a secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airgap.wire import Unknown, unknown_inside

from .rules import Rule
from .schema import Property, Resource, defaulted, empty, order

Failures = list[tuple[str, str]]
NAME_LENGTH = 255
SUFFIX_LENGTH = 7
# Numbers are doubles on their way through the engine; beyond this they lose digits.
LARGEST = 2**53
_WHOLE = re.compile(r"-?\d{1,16}", re.ASCII)
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


@dataclass(frozen=True, slots=True)
class Naming:
    """How a missing name is made.

    urn_name: the resource's own name. seed: of the engine, for a new suffix. proposed: a name
    that the engine's configuration asks for. off: that configuration forbids automatic names.
    """

    urn_name: str
    seed: bytes = b""
    proposed: str = ""
    off: bool = False

    def name(self) -> str:
        """Return a new automatic name."""
        if self.proposed:
            return self.proposed
        suffix = hashlib.sha256(self.seed + self.urn_name.encode()).hexdigest()[:SUFFIX_LENGTH]
        return f"{self.urn_name[: NAME_LENGTH - SUFFIX_LENGTH - 1]}-{suffix}"


def check(
    resource: Resource, news: Mapping[str, Any], olds: Mapping[str, Any], naming: Naming
) -> tuple[dict[str, Any], Failures]:
    """Return the inputs with defaults and name filled in, and what is wrong with them.

    olds: the inputs before, whose automatic name is kept.
    """
    failures: Failures = []
    checked = _object(resource.properties, news, "", failures)
    for name, rule in resource.rules.items():
        _rule(rule, checked, name, failures)
    if resource.autonamed and checked.get("name") is None:
        old = olds.get("name") if "name" in defaulted(olds) else None
        if naming.off and not old:
            failures.append(("name", "name is required: automatic names are turned off"))
        else:
            checked["name"] = old or naming.name()
            checked["__defaults"] = sorted({*checked["__defaults"], "name"})
    return checked, failures


def check_arguments(
    table: Mapping[str, Property], given: Mapping[str, Any]
) -> tuple[dict[str, Any], Failures]:
    """Return the arguments of a function with defaults, and what is wrong with them."""
    failures: Failures = []
    checked = _object(table, given, "", failures)
    del checked["__defaults"]
    unknown = [name for name, value in checked.items() if unknown_inside(value)]
    return checked, failures + [(name, f"{name} is not known yet") for name in unknown]


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
    if spec.kind == "int" and abs(value) > LARGEST:
        failures.append((path, f"{path} is too large: beyond 2^53 numbers lose digits"))
        return value
    if spec.kind == "map":
        for item in value.values():
            _text(item, path, failures)
        return value
    if spec.kind == "object":
        value = _object(spec.fields or {}, value, f"{path}.", failures)
    if isinstance(value, list):
        items = [_item(spec, item, f"{path}[{n}]", failures) for n, item in enumerate(value)]
        return _distinct(items) if spec.kind in ("set", "objectset") else items
    if spec.rule and not empty(spec, value):
        _rule(spec.rule, value, path, failures)
    return value


def _item(spec: Property, item: Any, path: str, failures: Failures) -> Any:
    if isinstance(item, Unknown):
        return item
    if spec.kind in ("list", "set"):
        fits = _text(item, path, failures)
    elif fits := isinstance(item, dict):
        item = _object(spec.fields or {}, item, f"{path}.", failures)
    else:
        failures.append((path, f"{path} is to be an object, not {type(item).__name__}"))
    if fits and spec.rule:
        _rule(spec.rule, item, path, failures)
    return item


def _text(item: Any, path: str, failures: Failures) -> bool:
    fits = isinstance(item, (str, Unknown))
    if not fits:
        failures.append((path, f"{path} is to hold texts, not {type(item).__name__}"))
    return fits


def _rule(rule: Rule, value: Any, path: str, failures: Failures) -> None:
    """Apply a rule to what is known and of the right type, within it too."""
    told_inside = any(name.startswith((f"{path}.", f"{path}[")) for name, _ in failures)
    if unknown_inside(value) or told_inside:
        return
    if (expected := rule(value)) is not None:
        failures.append((path, f"{path} {expected}"))


def _distinct(items: list[Any]) -> list[Any]:
    """The items of a set, each once; those not yet known may turn out to differ."""
    found: dict[object, Any] = {}
    for number, item in enumerate(items):
        found.setdefault(number if unknown_inside(item) else order(item), item)
    return list(found.values())


def _coerced(kind: str, value: Any) -> Any:
    """Take the harmless spellings that the official provider takes: 5 for "5", "5" for 5."""
    if kind == "str" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if kind == "int" and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if kind == "bool" and value in ("true", "false"):
        return value == "true"
    return value
