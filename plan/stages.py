"""How a rotation goes on: which secrets take their next step together, and when they may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from catalog.secrets import JWT_SECRET, TOKEN_SECONDS

from .generation import FIRST, Generation, Stage

_ORDER = tuple(Stage)


def goals(generations: Mapping[str, Generation], secrets: Collection[str]) -> dict[str, int]:
    """Return the number of the value that each secret is to end with.

    A rotation that was begun is brought to its end; otherwise a new value begins.
    """
    found = {name: generations.get(name, FIRST) for name in secrets}
    return {
        name: each.number + (1 if each.stage is Stage.ALONE else 0) for name, each in found.items()
    }


def following(
    generations: Mapping[str, Generation], wanted: Mapping[str, int], now: str
) -> dict[str, Generation]:
    """Return the next step of the secrets that are furthest behind; empty when all are there.

    wanted: as goals returns it. now: RFC 3339, UTC.
    """
    current = {name: generations.get(name, FIRST) for name in wanted}
    behind = {name: _steps(each, wanted[name]) for name, each in current.items()}
    most = max(behind.values(), default=0)
    if most == 0:
        return {}
    return {name: current[name].next(now) for name, left in behind.items() if left == most}


def not_before(
    current: Mapping[str, Generation], step: Mapping[str, Generation]
) -> datetime | None:
    """Return when a step may be taken at the earliest, None when at once.

    A token that is signed with the old secret counts until it ends; so users stay signed in.
    """
    wanted = step.get(JWT_SECRET.name)
    if wanted is None or wanted.stage is not Stage.REQUIRED:
        return None
    since = datetime.fromisoformat(current[JWT_SECRET.name].since)
    return since + timedelta(seconds=TOKEN_SECONDS)


def _steps(generation: Generation, number: int) -> int:
    """How many steps are left until a value is alone."""
    if generation.number < number:
        return len(_ORDER)
    return len(_ORDER) - 1 - _ORDER.index(generation.stage)
