"""Airtable's formula language, as far as `filterByFormula` needs it."""

from .errors import FormulaError, InvalidFormula
from .evaluate import evaluate
from .grammar import parse
from .values import Value, is_truthy, to_text

__all__ = [
    "FormulaError",
    "InvalidFormula",
    "Value",
    "evaluate",
    "is_truthy",
    "parse",
    "to_text",
]
