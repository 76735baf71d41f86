"""The random values themselves, all from the operating system's generator."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Mapping
from typing import Any

import bcrypt

from airgap.wire import secret

from .words import ADJECTIVES, NAMES

SPECIALS = "!@#$%&*()-_=+[]{}<>:?"
BCRYPT_COST = 10
# bcrypt reads no more of a password than this.
BCRYPT_BYTES = 72


def text(inputs: Mapping[str, Any]) -> str:
    """Return a random text by the rules of RandomPassword and RandomString."""
    special = inputs.get("overrideSpecial") or SPECIALS
    classes = {
        "Upper": string.ascii_uppercase,
        "Lower": string.ascii_lowercase,
        "Numeric": string.digits,
        "Special": special,
    }
    alphabet = "".join(letters for name, letters in classes.items() if inputs[name.lower()])
    drawn = [
        secrets.choice(letters)
        for name, letters in classes.items()
        for _ in range(inputs[f"min{name}"])
    ]
    drawn += [secrets.choice(alphabet) for _ in range(inputs["length"] - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def password(inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return id and outputs of a RandomPassword."""
    return "none", password_outputs(text(inputs))


def password_outputs(value: str) -> dict[str, Any]:
    """Return the secret outputs of a password."""
    salt = bcrypt.gensalt(BCRYPT_COST)
    hashed = bcrypt.hashpw(value.encode()[:BCRYPT_BYTES], salt).decode()
    return {"result": secret(value), "bcryptHash": secret(hashed)}


def string_(inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return id and outputs of a RandomString."""
    value = text(inputs)
    return value, {"result": value}


def identifier(inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return id and outputs of a RandomId."""
    raw = secrets.token_bytes(inputs["byteLength"])
    return identifier_outputs(raw, inputs.get("prefix") or "")


def identifier_outputs(raw: bytes, prefix: str) -> tuple[str, dict[str, Any]]:
    """Return id and outputs of a RandomId with these bytes."""
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return url, {
        "b64Url": prefix + url,
        "b64Std": prefix + base64.b64encode(raw).decode(),
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw, "big")),
    }


def pet(inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return id and outputs of a RandomPet: adjectives before a name."""
    words = [secrets.choice(ADJECTIVES) for _ in range(inputs["length"] - 1)]
    words.append(secrets.choice(NAMES))
    if inputs.get("prefix"):
        words.insert(0, inputs["prefix"])
    return inputs["separator"].join(words).lower(), {}
