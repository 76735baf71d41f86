"""The random resources by their type, and why others are refused."""

from __future__ import annotations

from .random_id import RANDOM_ID
from .random_password import RANDOM_PASSWORD
from .random_pet import RANDOM_PET
from .random_string import RANDOM_STRING
from .resource import Resource

RESOURCES: dict[str, Resource] = {
    each.token: each for each in (RANDOM_PASSWORD, RANDOM_STRING, RANDOM_ID, RANDOM_PET)
}
BYTES = "random:index/randomBytes:RandomBytes"


def refusal(token: str) -> str:
    """Return why a type that is not in RESOURCES is not supported, and what to use."""
    if token == BYTES:
        return (
            "RandomBytes is not supported: its value is also its id, which stands unencrypted "
            "in the state. Use RandomPassword."
        )
    supported = ", ".join(sorted(token.rpartition(":")[2] for token in RESOURCES))
    return f"{token} is not supported by this random provider; it has {supported}."
