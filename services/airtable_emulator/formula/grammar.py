"""From formula text to nodes, by a LALR grammar."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

from .errors import InvalidFormula
from .functions import FUNCTIONS, LAZY_FUNCTIONS
from .nodes import AnyNode, Binary, Call, FieldRef, Literal, Negate, deepest

MAX_DEPTH = 200
"""Deeper formulas are refused, so that evaluating never meets Python's recursion limit."""

SYNTAX_ERROR = "Invalid formula. Please check your formula text."

GRAMMAR = r"""
?start: comparison
?comparison: concat
    | comparison COMPARE concat -> binary
?concat: sum
    | concat CONCAT sum -> binary
?sum: product
    | sum (PLUS | MINUS) product -> binary
?product: unary
    | product (STAR | SLASH) unary -> binary
?unary: atom
    | "-" unary -> negate
    | "+" unary -> plus
?atom: NUMBER -> number
    | STRING -> text
    | BRACED -> braced
    | NAME "(" [comparison ("," comparison)*] ")" -> call
    | NAME -> bare
    | "(" comparison ")"
COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">"
CONCAT: "&"
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
NUMBER: /\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
BRACED: /\{(?:[^{}\\]|\\.)+\}/s
NAME: /[^\W\d]\w*/
%ignore /\s+/
"""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text, flags=re.DOTALL)


def _shallow(node: AnyNode) -> AnyNode:
    if node.depth > MAX_DEPTH:
        raise InvalidFormula("The formula is nested too deeply.")
    return node


@v_args(inline=True)
class _Builder(Transformer[Token, AnyNode]):
    def number(self, token: Token) -> AnyNode:
        return Literal(float(token))

    def text(self, token: Token) -> AnyNode:
        return Literal(_unescape(token[1:-1]))

    def braced(self, token: Token) -> AnyNode:
        return FieldRef(_unescape(token[1:-1]))

    def bare(self, token: Token) -> AnyNode:
        return FieldRef(str(token))

    def plus(self, operand: AnyNode) -> AnyNode:
        return operand

    def negate(self, operand: AnyNode) -> AnyNode:
        return _shallow(Negate(operand, deepest((operand,))))

    def binary(self, left: AnyNode, operator: Token, right: AnyNode) -> AnyNode:
        return _shallow(Binary(str(operator), left, right, deepest((left, right))))

    def call(self, name: Token, *arguments: Any) -> AnyNode:
        given = tuple(node for node in arguments if node is not None)
        return _shallow(_checked_call(name.upper(), given))


def _checked_call(name: str, arguments: tuple[AnyNode, ...]) -> Call:
    known = FUNCTIONS.get(name) or LAZY_FUNCTIONS.get(name)
    if known is None:
        raise InvalidFormula(f"Unknown function names: {name}")
    if not known.accepts(len(arguments)):
        raise InvalidFormula(f"Invalid arguments for function {name}")
    return Call(name, arguments, deepest(arguments))


_PARSER = Lark(GRAMMAR, parser="lalr", maybe_placeholders=True, transformer=_Builder())


@lru_cache(maxsize=256)
def parse(text: str) -> AnyNode:
    """Parse formula text into nodes.

    Raises InvalidFormula for a syntax error, an unknown function, a wrong
    number of arguments, or nesting deeper than MAX_DEPTH.
    """
    try:
        return cast(AnyNode, _PARSER.parse(text))
    except LarkError:
        raise InvalidFormula(SYNTAX_ERROR) from None
