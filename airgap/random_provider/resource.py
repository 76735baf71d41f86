"""What a random resource is: its inputs with their rules, its outputs, how a value is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]
Failures = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Input:
    """An input: its Python type, default, whether it is required, its least and largest value."""

    type: type
    default: Any = None
    required: bool = False
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A new value: the resource's id and its outputs."""

    id: str
    outputs: Values


class NotImportable(Exception):
    """The text given to `pulumi import` is no value of this resource; says what is."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of random value.

    complete: fills inputs that follow from others. contradictions: what is wrong between
    inputs that are each right. create: draws a value. adopt: takes over a given one, and
    returns the inputs that fit it; raises NotImportable.
    """

    token: str
    inputs: Mapping[str, Input]
    outputs: tuple[str, ...]
    create: Callable[[Values], Made]
    adopt: Callable[[str], tuple[Values, Made]]
    secrets: frozenset[str] = frozenset()
    complete: Callable[[Values], Values] = field(default=dict)
    contradictions: Callable[[Values], Failures] = field(default=lambda _: [])


KEEPERS = {"keepers": Input(dict)}
