"""The value of a parsed formula for one record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from .errors import FormulaError
from .functions import FUNCTIONS, LAZY_FUNCTIONS, RECORD_FUNCTIONS
from .nodes import AnyNode, Binary, Call, FieldRef, Literal, Negate
from .values import Value, compare, finite, to_number, to_text

_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


class Row(Protocol):
    """What a formula needs of a record."""

    @property
    def id(self) -> str:
        """The record's id."""

    @property
    def created_time(self) -> datetime:
        """When the record was made."""

    def value(self, field: str) -> Value:
        """The value of a field, by name or id."""


def evaluate(node: AnyNode, row: Row) -> Value:
    """Compute the formula for a record. Raises FormulaError where Airtable shows #ERROR!."""
    match node:
        case Literal():
            return node.value
        case FieldRef():
            return row.value(node.name)
        case Negate():
            return -to_number(evaluate(node.operand, row))
        case Binary():
            return _operate(node.operator, evaluate(node.left, row), evaluate(node.right, row))
        case Call():
            return _call(node, row)


def _call(node: Call, row: Row) -> Value:
    if node.name in RECORD_FUNCTIONS:
        return row.id if node.name == "RECORD_ID" else row.created_time
    if node.name in LAZY_FUNCTIONS:
        thunks = (partial(evaluate, argument, row) for argument in node.arguments)
        return LAZY_FUNCTIONS[node.name].run(*thunks)
    return FUNCTIONS[node.name].run(*(evaluate(argument, row) for argument in node.arguments))


def _operate(operator: str, left: Value, right: Value) -> Value:
    if operator in _COMPARISONS:
        return _COMPARISONS[operator](compare(left, right))
    if operator == "&":
        return to_text(left) + to_text(right)
    return _calculate(operator, to_number(left), to_number(right))


def _calculate(operator: str, left: float, right: float) -> float:
    match operator:
        case "+":
            return finite(left + right)
        case "-":
            return finite(left - right)
        case "*":
            return finite(left * right)
        case _ if right == 0:
            raise FormulaError("division by zero")
        case _:
            return finite(left / right)
