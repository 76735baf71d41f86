"""What RandomPassword and RandomString share: a text drawn from classes of characters."""

from __future__ import annotations

import secrets
import string

from .resource import KEEPERS, Failures, Input, Values

SPECIALS = "!@#$%&*()-_=+[]{}<>:?"
LONGEST = 65_536
CLASSES = ("upper", "lower", "numeric", "special")

INPUTS = {
    "length": Input(int, required=True, least=1, most=LONGEST),
    "special": Input(bool, True),
    "upper": Input(bool, True),
    "lower": Input(bool, True),
    "numeric": Input(bool, True),
    # The old name of numeric; both always hold the same.
    "number": Input(bool, True),
    "minLower": Input(int, 0, least=0),
    "minUpper": Input(int, 0, least=0),
    "minNumeric": Input(int, 0, least=0),
    "minSpecial": Input(int, 0, least=0),
    "overrideSpecial": Input(str),
    **KEEPERS,
}


def complete(given: Values) -> Values:
    """Give numeric and its old name number the value of the one that is there."""
    for name, other in (("numeric", "number"), ("number", "numeric")):
        if name in given:
            given.setdefault(other, given[name])
    return given


def contradictions(inputs: Values) -> Failures:
    """Return what does not go together."""
    failures = []
    minimum = sum(inputs[f"min{name.title()}"] for name in CLASSES)
    if inputs["length"] < minimum:
        failures.append(
            ("length", f"length must be at least the sum of the min inputs, {minimum}.")
        )
    if not any(inputs[name] for name in CLASSES):
        names = ", ".join(CLASSES)
        failures.append(("upper", f"At least one of {names} must be true."))
    if inputs["number"] != inputs["numeric"]:
        failures.append(("number", "number is the old name of numeric: give numeric only."))
    special = inputs.get("overrideSpecial") or ""
    if not (special.isascii() and special.isprintable()):
        failures.append(("overrideSpecial", "overrideSpecial must be printable ASCII characters."))
    return failures


def draw(inputs: Values) -> str:
    """Return a random text; the minimum of a class is drawn even where its flag is false."""
    alphabets = {
        "upper": string.ascii_uppercase,
        "lower": string.ascii_lowercase,
        "numeric": string.digits,
        "special": inputs.get("overrideSpecial") or SPECIALS,
    }
    drawn = [
        secrets.choice(letters)
        for name, letters in alphabets.items()
        for _ in range(inputs[f"min{name.title()}"])
    ]
    allowed = "".join(letters for name, letters in alphabets.items() if inputs[name])
    drawn += [secrets.choice(allowed) for _ in range(inputs["length"] - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def fitting(value: str) -> Values:
    """Return the inputs that an imported text is taken to have been made by."""
    return {"length": len(value)}
