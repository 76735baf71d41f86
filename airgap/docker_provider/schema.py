"""The words in which the tables of the resources are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


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
    """

    kind: str
    change: Change = Change.REPLACE
    default: Any = None
    required: bool = False
    computed: bool = False
    fields: Mapping[str, Property] | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource type.

    autonamed: a missing name is made from that of the resource. replaced_first: deleted
    before its replacement is made, whoever named it. outputs: what it has beside its inputs.
    """

    token: str
    properties: Mapping[str, Property]
    outputs: tuple[str, ...] = ()
    autonamed: bool = True
    replaced_first: bool = False


R, U, S, M = Change.REPLACE, Change.UPDATE, Change.SILENT, Change.META


def labels() -> Property:
    """Labels: an unordered list of label and value."""
    return Property(
        "objectset",
        fields={
            "label": Property("str", required=True),
            "value": Property("str", required=True),
        },
    )
