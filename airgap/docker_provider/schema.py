"""The words in which the tables of the resources are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .rules import Rule


class Change(Enum):
    """What a change of a property leads to.

    REPLACE: the resource is made anew. UPDATE: applied in place. SILENT: taken for an
    update, but nothing is done. META: only how the resource is made or removed.
    """

    REPLACE = "replace"
    UPDATE = "update"
    SILENT = "silent"
    META = "meta"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a resource.

    kind: str, int, bool, map, list (of texts), set (of texts, unordered), object, objects
    (a list of them) or objectset (unordered). computed: left out, it keeps what the engine
    chose, and leaving it out later is no change. fields: of an object's properties.
    rule: for the value, or for each item of a list, set or objects.
    """

    kind: str
    change: Change = Change.REPLACE
    default: Any = None
    required: bool = False
    computed: bool = False
    fields: Mapping[str, Property] | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource type.

    autonamed: a missing name is made from that of the resource. replaced_first: deleted
    before its replacement is made, whoever named it. outputs: what it has beside its inputs.
    rules: for all inputs together, by the property to which a failure is told.
    """

    token: str
    properties: Mapping[str, Property]
    outputs: tuple[str, ...] = ()
    autonamed: bool = True
    replaced_first: bool = False
    rules: Mapping[str, Rule] = field(default_factory=dict)


U, S, M = Change.UPDATE, Change.SILENT, Change.META


def defaulted(values: Mapping[str, Any]) -> list[Any]:
    """Return the names of the properties that Check filled in."""
    names = values.get("__defaults")
    return names if isinstance(names, list) else []


def empty(spec: Property, value: Any) -> bool:
    """Whether a value counts as not given: nothing, or zero where there is no default."""
    return value is None or (spec.default is None and value in ("", 0, False, [], {}))


def order(item: Any) -> str:
    """Return a text by which items of an unordered list are told apart and sorted."""
    if isinstance(item, str):
        return item
    plain = {k: v for k, v in item.items() if k != "__defaults"} if isinstance(item, dict) else item
    return json.dumps(plain, sort_keys=True, default=str)


def labels() -> Property:
    """Labels: an unordered list of label and value."""
    return Property(
        "objectset",
        fields={
            "label": Property("str", required=True),
            "value": Property("str", required=True),
        },
    )
