"""What a URN tells of its resource: urn:pulumi:STACK::PROJECT::TYPES OF PARENTS$TYPE::NAME."""

from __future__ import annotations


def kind(urn: str) -> str:
    """Return the type of the resource, without its parents'; empty when the URN has none."""
    return "".join(urn.split("::", 3)[2:3]).rpartition("$")[2]


def name(urn: str) -> str:
    """Return the name of the resource, which may itself hold the separator."""
    return urn.split("::", 3)[-1]
