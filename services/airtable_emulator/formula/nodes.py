"""The parsed formula: five kinds of node, each knowing its depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text."""

    value: float | str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class FieldRef:
    """`{Field}` or a bare word: a field by name or id."""

    name: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; name is upper case."""

    name: str
    arguments: tuple[AnyNode, ...]
    depth: int = field(default=0)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions."""

    operator: str
    left: AnyNode
    right: AnyNode
    depth: int = field(default=0)


@dataclass(frozen=True, slots=True)
class Negate:
    """Unary minus."""

    operand: AnyNode
    depth: int = field(default=0)


AnyNode = Literal | FieldRef | Call | Binary | Negate


def deepest(nodes: tuple[AnyNode, ...]) -> int:
    """Depth of a node that has these children."""
    return 1 + reduce(max, (node.depth for node in nodes), 0)


def children(node: AnyNode) -> tuple[AnyNode, ...]:
    """The direct sub-expressions of a node."""
    match node:
        case Call():
            return node.arguments
        case Binary():
            return (node.left, node.right)
        case Negate():
            return (node.operand,)
        case _:
            return ()


def field_names(node: AnyNode) -> frozenset[str]:
    """Every field that the formula mentions, as written."""
    if isinstance(node, FieldRef):
        return frozenset({node.name})
    return frozenset().union(*map(field_names, children(node)))
