"""What a value is to be beyond its type.

A rule returns what is expected where the value is something else, and None where it fits.
It never quotes the value, which may be a secret.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from .durations import nanoseconds

Rule = Callable[[Any], str | None]


def one_of(*texts: str) -> Rule:
    """One of some texts."""
    expected = f"is to be one of {', '.join(texts)}"
    return lambda value: None if value in texts else expected


def matching(pattern: str, expected: str) -> Rule:
    """A text of which all matches a pattern. expected: that in words."""
    compiled = re.compile(pattern, re.ASCII | re.DOTALL)
    return lambda value: None if compiled.fullmatch(value) else f"is to be {expected}"


def at_least(number: int) -> Rule:
    """A number not below another."""
    return lambda value: None if value >= number else f"is to be at least {number}"


def only(supported: bool) -> Rule:
    """A switch of which the other position is not supported here."""
    word = str(supported).lower()
    return lambda value: None if value is supported else f"is supported only as {word} here"


def duration(value: str) -> str | None:
    """A duration in Go's spelling."""
    try:
        nanoseconds(value)
    except ValueError as error:
        return str(error)
    return None


def base64_text(value: str) -> str | None:
    """Base64, with line breaks or without."""
    try:
        base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        return "is to be base64"
    return None


def volume(value: dict[str, Any]) -> str | None:
    """A volume of a container: a path in it, or another container to take all volumes from."""
    if bool(value.get("containerPath")) is bool(value.get("fromContainer")):
        return "is to have either containerPath or fromContainer"
    return None


def upload(value: dict[str, Any]) -> str | None:
    """A file for a container, with one source of its content."""
    if bool(value.get("content")) is bool(value.get("contentBase64")):
        return "is to have either content or contentBase64, and not empty"
    return None


def image(value: dict[str, Any]) -> str | None:
    """An image that is built or pulled."""
    if value.get("build") and value.get("pullTriggers"):
        return "and pullTriggers exclude each other"
    return None
