"""Inputs of the random resources, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Input:
    """An input: its Python type, its default, whether it is required, its least value."""

    type: type
    default: Any = None
    required: bool = False
    least: int | None = None


_TEXT = {
    "length": Input(int, required=True, least=1),
    "special": Input(bool, True),
    "upper": Input(bool, True),
    "lower": Input(bool, True),
    "numeric": Input(bool, True),
    "number": Input(bool),
    "minLower": Input(int, 0, least=0),
    "minUpper": Input(int, 0, least=0),
    "minNumeric": Input(int, 0, least=0),
    "minSpecial": Input(int, 0, least=0),
    "overrideSpecial": Input(str),
    "keepers": Input(dict),
}

INPUTS: dict[str, dict[str, Input]] = {
    "random:index/randomPassword:RandomPassword": _TEXT,
    "random:index/randomString:RandomString": _TEXT,
    "random:index/randomId:RandomId": {
        "byteLength": Input(int, required=True, least=1),
        "prefix": Input(str),
        "keepers": Input(dict),
    },
    "random:index/randomPet:RandomPet": {
        "length": Input(int, 2, least=1),
        "separator": Input(str, "-"),
        "prefix": Input(str),
        "keepers": Input(dict),
    },
}

REFUSED = {
    "random:index/randomBytes:RandomBytes": (
        "RandomBytes is not supported: its id, which stands unencrypted in the state, is its "
        "value. Use RandomPassword."
    )
}
