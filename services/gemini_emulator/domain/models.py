"""The models that are listed, and which names are taken."""

from __future__ import annotations

import re
from typing import Any

from .errors import model_missing

LISTED = ("gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro")
_NAME = re.compile(r"gemini-[a-z0-9][a-z0-9.-]{0,60}")


def checked(name: str, method: str) -> str:
    """Return a model's name; any of Gemini will do, so that a stack may choose its model."""
    if _NAME.fullmatch(name):
        return name
    raise model_missing(name, method)


def described(name: str) -> dict[str, Any]:
    """Return what Google tells of a model."""
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "description": "Answers by simple rules.",
        "inputTokenLimit": 1048576,
        "outputTokenLimit": 65536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": True,
    }
