"""All functions by name: those that take values, and those that take unevaluated arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from . import dates, numbers, texts
from .errors import FormulaError
from .values import Value, is_truthy

Thunk = Callable[[], Value]
"""An argument that is evaluated when called, and only then."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function and how many arguments it takes; at_most None means any number."""

    run: Callable[..., Value]
    at_least: int
    at_most: int | None

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return count >= self.at_least and (self.at_most is None or count <= self.at_most)


def _and(*values: Value) -> Value:
    return all(is_truthy(value) for value in values)


def _or(*values: Value) -> Value:
    return any(is_truthy(value) for value in values)


def _xor(*values: Value) -> Value:
    return sum(is_truthy(value) for value in values) % 2 == 1


def _error(*_: Value) -> Value:
    raise FormulaError("ERROR()")


def _if(condition: Thunk, then: Thunk, otherwise: Thunk | None = None) -> Value:
    if is_truthy(condition()):
        return then()
    return otherwise() if otherwise else None


def _switch(subject: Thunk, *rest: Thunk) -> Value:
    value = subject()
    for pattern, result in zip(rest[::2], rest[1::2], strict=False):
        if pattern() == value:
            return result()
    return rest[-1]() if len(rest) % 2 else None


def _is_error(argument: Thunk) -> Value:
    try:
        argument()
    except FormulaError:
        return True
    return False


_LOGIC: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "AND": (_and, 1, None),
    "OR": (_or, 1, None),
    "XOR": (_xor, 1, None),
    "NOT": (lambda value: not is_truthy(value), 1, 1),
    "TRUE": (lambda: True, 0, 0),
    "FALSE": (lambda: False, 0, 0),
    "BLANK": (lambda: None, 0, 0),
    "ERROR": (_error, 0, 1),
}

_LAZY: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "IF": (_if, 2, 3),
    "SWITCH": (_switch, 3, None),
    "ISERROR": (_is_error, 1, 1),
}

RECORD_FUNCTIONS = ("RECORD_ID", "CREATED_TIME")
"""Functions without arguments that the evaluator answers from the record itself."""


def _record_function() -> Value:
    raise FormulaError("needs a record")


_RECORD: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    name: (_record_function, 0, 0) for name in RECORD_FUNCTIONS
}

FUNCTIONS = MappingProxyType(
    {
        name: Function(*entry)
        for table in (_LOGIC, _RECORD, texts.FUNCTIONS, numbers.FUNCTIONS, dates.FUNCTIONS)
        for name, entry in table.items()
    }
)

LAZY_FUNCTIONS = MappingProxyType({name: Function(*entry) for name, entry in _LAZY.items()})
