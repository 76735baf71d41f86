"""Number functions. A result that is not finite is an error, as in Airtable."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from .errors import FormulaError
from .values import Value, finite, flatten, is_blank, to_number

MAX_PRECISION = 20
"""Decimal places beyond which ROUND and its kin leave the number alone."""


def _rounding(mode: str) -> Callable[..., Value]:
    def rounded(value: Value, precision: Value = 0.0) -> Value:
        number, places = to_number(value), int(to_number(precision))
        if abs(places) > MAX_PRECISION or abs(number) > 1e15:
            return number
        unit = Decimal(1).scaleb(-places)
        steps = (Decimal(repr(number)) / unit).quantize(Decimal(1), rounding=mode)
        return float(steps * unit)

    return rounded


def _significance(rounding: Callable[[float], int]) -> Callable[..., Value]:
    def rounded(value: Value, step: Value = 1.0) -> Value:
        unit = to_number(step)
        return 0.0 if unit == 0 else rounding(finite(to_number(value) / unit)) * unit

    return rounded


def _away_to(remainder: int) -> Callable[[Value], Value]:
    def nearest(value: Value) -> Value:
        number = to_number(value)
        whole = math.ceil(abs(number))
        whole += (whole % 2) != remainder
        return math.copysign(float(whole), number)

    return nearest


def _checked(function: Callable[..., float]) -> Callable[..., Value]:
    def run(*values: Value) -> Value:
        try:
            return finite(function(*map(to_number, values)))
        except (ValueError, OverflowError, ZeroDivisionError, TypeError):
            raise FormulaError("no such number") from None

    return run


def _power(base: float, exponent: float) -> float:
    result: float | complex = base**exponent
    if isinstance(result, complex):
        raise ValueError
    return result


def _modulo(value: float, divisor: float) -> float:
    return value - divisor * math.floor(value / divisor)


def _numbers(values: tuple[Value, ...]) -> list[float]:
    return [float(v) for v in flatten(values) if isinstance(v, float | int)]


def _average(*values: Value) -> Value:
    numbers = _numbers(values)
    if not numbers:
        raise FormulaError("no numbers")
    return sum(numbers) / len(numbers)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "ABS": (_checked(abs), 1, 1),
    "ROUND": (_rounding(ROUND_HALF_UP), 1, 2),
    "ROUNDUP": (_rounding(ROUND_UP), 1, 2),
    "ROUNDDOWN": (_rounding(ROUND_DOWN), 1, 2),
    "INT": (_checked(lambda n: float(math.floor(n))), 1, 1),
    "CEILING": (_significance(math.ceil), 1, 2),
    "FLOOR": (_significance(math.floor), 1, 2),
    "EVEN": (_away_to(0), 1, 1),
    "ODD": (_away_to(1), 1, 1),
    "MOD": (_checked(_modulo), 2, 2),
    "SQRT": (_checked(math.sqrt), 1, 1),
    "POWER": (_checked(_power), 2, 2),
    "EXP": (_checked(math.exp), 1, 1),
    "LOG": (_checked(lambda n, base=10.0: math.log(n, base)), 1, 2),
    "SUM": (lambda *v: sum(_numbers(v)), 1, None),
    "MAX": (lambda *v: max(_numbers(v), default=0.0), 1, None),
    "MIN": (lambda *v: min(_numbers(v), default=0.0), 1, None),
    "AVERAGE": (_average, 1, None),
    "COUNT": (lambda *v: float(len(_numbers(v))), 1, None),
    "COUNTA": (lambda *v: float(sum(not is_blank(x) for x in flatten(v))), 1, None),
    "COUNTALL": (lambda *v: float(len(flatten(v))), 1, None),
}
