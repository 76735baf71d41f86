"""Templates: the values of steps with `{{ ... }}` filled in, by Jinja's sandbox."""

from __future__ import annotations

import json
import re
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .runner import Refused

# Only one expression and nothing around it: its value keeps its type.
_ALONE = re.compile(r"\s*\{\{((?:(?!\{\{|\}\}).)*)\}\}\s*", re.DOTALL)

ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def render(given: str) -> str:
    """Return a value with its templates filled in; both are JSON texts.

    given: {"value", "context"}. Raises Refused.
    """
    request = json.loads(given)
    try:
        filled = _fill(request["value"], request["context"])
        return json.dumps(filled, allow_nan=False)
    except (MemoryError, Refused):
        raise
    except TemplateError as error:
        raise Refused(f"A template is wrong: {error.message}") from error
    except Exception as error:
        # Expressions are computed here; whatever one raises is its author's to see.
        raise Refused(f"A template is wrong: {error}") from error


def _fill(value: Any, context: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return _text(value, context)
    if isinstance(value, list):
        return [_fill(each, context) for each in value]
    if isinstance(value, dict):
        return {name: _fill(each, context) for name, each in value.items()}
    return value


def _text(template: str, context: dict[str, Any]) -> Any:
    alone = _ALONE.fullmatch(template)
    if alone:
        expression = ENVIRONMENT.compile_expression(alone[1], undefined_to_none=False)
        return _defined(expression(**context))
    return ENVIRONMENT.from_string(template).render(**context)


def _defined(value: Any) -> Any:
    if isinstance(value, StrictUndefined):
        str(value)  # raises what is missing
    return value
