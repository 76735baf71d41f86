"""Diff: which properties changed, and whether the resource is updated or replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airgap.wire import unknown_inside

from .schema import Change, Property, Resource, defaulted, empty, order


@dataclass(slots=True)
class Difference:
    """The changed properties by path, each with whether it replaces."""

    kinds: dict[str, str] = field(default_factory=dict)
    replaces: list[str] = field(default_factory=list)
    delete_first: bool = False


def diff(resource: Resource, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
    """Compare the inputs before with those wanted."""
    found = Difference()
    for name, spec in resource.properties.items():
        _compare(spec, olds.get(name), news.get(name), name, found)
    named = "name" in news and "name" not in defaulted(news)
    found.delete_first = bool(found.replaces) and (
        resource.replaced_first or (named and resource.autonamed)
    )
    return found


def _compare(spec: Property, old: Any, new: Any, path: str, found: Difference) -> None:
    # A default that was not written down, as after an import, has been in force all the same.
    old = spec.default if old is None else old
    if old == new or (empty(spec, new) and empty(spec, old)):
        return
    # What the engine chose stays; false is a choice too.
    if spec.computed and new in (None, "", [], {}):
        return
    if normal(spec, old) == normal(spec, new):
        return
    if spec.fields and isinstance(old, dict) and isinstance(new, dict):
        for name, inner in spec.fields.items():
            _compare(inner, old.get(name), new.get(name), f"{path}.{name}", found)
        return
    if spec.kind in ("objects", "objectset") and _pairs(old, new):
        _items(spec, old, new, path, found)
        return
    _changed(spec, old, path, _replaces(spec), found, removed=empty(spec, new))


def _pairs(old: Any, new: Any) -> bool:
    return isinstance(old, list) and isinstance(new, list) and len(old) == len(new)


def _items(spec: Property, old: list[Any], new: list[Any], path: str, found: Difference) -> None:
    """Equal counts: only a changed field that replaces by itself replaces the resource."""
    fields = spec.fields or {}
    chosen = {name for name, inner in fields.items() if inner.computed}
    befores = sorted(old, key=lambda item: _place(item, chosen))
    afters = sorted(enumerate(new), key=lambda numbered: _place(numbered[1], chosen))
    for before, (number, after) in zip(befores, afters, strict=True):
        if not isinstance(before, dict) or not isinstance(after, dict):
            _changed(spec, before, f"{path}[{number}]", _replaces(spec), found)
            continue
        for name, inner in fields.items():
            _compare(inner, before.get(name), after.get(name), f"{path}[{number}].{name}", found)


def _place(item: Any, chosen: set[str]) -> tuple[str, str]:
    """Return by what to sort: first without what the engine may have chosen, as a port."""
    given = {k: v for k, v in item.items() if k not in chosen} if isinstance(item, dict) else item
    return order(given), order(item)


def _replaces(spec: Property) -> bool:
    if spec.kind == "object" and spec.fields:
        return any(_replaces(inner) for inner in spec.fields.values())
    return spec.change is Change.REPLACE


def _changed(
    spec: Property, old: Any, path: str, replaces: bool, found: Difference, removed: bool = False
) -> None:
    kind = "ADD" if empty(spec, old) else "DELETE" if removed else "UPDATE"
    found.kinds[path] = f"{kind}_REPLACE" if replaces else kind
    if replaces:
        found.replaces.append(path)


def normal(spec: Property, value: Any) -> Any:
    """Return a value in the form in which equal ones are equal."""
    if unknown_inside(value) or value is None:
        return value
    if spec.kind == "set" and isinstance(value, list):
        return sorted({str(item) for item in value})
    if spec.kind == "object" and isinstance(value, dict):
        return _fields(spec, value)
    if spec.kind in ("objects", "objectset") and isinstance(value, list):
        items = [_fields(spec, item) if isinstance(item, dict) else item for item in value]
        return sorted(items, key=order)
    return value


def _fields(spec: Property, value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: normal(inner, value[name])
        for name, inner in (spec.fields or {}).items()
        if name in value and not empty(inner, value[name])
    }
