"""How many tokens something has: about four characters are one, as Google's guide says."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from .wire import Ask, Content, Thinking

_CHARACTERS = 4
THOUGHT = 32
"""Tokens of thinking for one answer, when the budget allows for as many."""


def of_text(text: str) -> int:
    """Return the tokens of a text."""
    return math.ceil(len(text) / _CHARACTERS)


def of_contents(contents: Iterable[Content]) -> int:
    """Return the tokens of messages."""
    return sum(of_json(part.model_dump(exclude_none=True)) for c in contents for part in c.parts)


def of_ask(ask: Ask) -> int:
    """Return the tokens of a request with its instruction and its functions."""
    system = [ask.system_instruction] if ask.system_instruction else []
    functions = sum(of_json(each.model_dump()) for each in ask.tools)
    return of_contents([*system, *ask.contents]) + functions


def of_json(value: Any) -> int:
    """Return the tokens of an object; a bare text counts as itself."""
    if isinstance(value, dict) and set(value) == {"text"}:
        return of_text(value["text"])
    return of_text(json.dumps(value))


def of_thoughts(thinking: Thinking) -> int:
    """Return the tokens that are thought, within the budget."""
    budget = thinking.thinking_budget
    return THOUGHT if budget is None or budget < 0 else min(budget, THOUGHT)
