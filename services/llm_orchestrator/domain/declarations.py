"""Tools of the MCP server as functions that the model may call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.genai import types

_COMBINING = {"$defs", "$ref", "anyOf", "oneOf", "enum"}
_TELLING = {"type", "format", "title", "description"}
_LISTS = {"items", "prefixItems", "minItems", "maxItems"}
_NUMBERS = {"minimum", "maximum"}
_OBJECTS = {"properties", "additionalProperties", "required"}
_KEPT = _COMBINING | _TELLING | _LISTS | _NUMBERS | _OBJECTS
"""The words of JSON Schema that Gemini knows in a function's parameters."""

_NAMED = ("properties", "$defs")


def declaration(
    name: str, description: str, schema: Mapping[str, Any]
) -> types.FunctionDeclaration:
    """Return a tool's declaration."""
    return types.FunctionDeclaration(
        name=name, description=description, parameters_json_schema=_known(schema)
    )


def _known(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_known(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _NAMED:
            kept[word] = {name: _known(each) for name, each in value.items()}
        elif word in _KEPT:
            kept[word] = value if word in ("enum", "required") else _known(value)
    return kept
