"""How a release can be returned to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from plan.names import other
from plan.release import Release

from .records import Records, digests


class Way(StrEnum):
    """How a release can be returned to."""

    LIVE = "live"
    INSTANTLY = "instantly"
    REDEPLOY = "redeploy"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The way back to a release. why: it is no. services: those that would change."""

    way: Way
    services: tuple[str, ...] = ()
    why: str = ""


def way_back(
    records: Records,
    summary: Mapping[str, Any],
    stands: Callable[[str, str], bool],
    has_image: Callable[[str, bool], bool],
    only: tuple[str, ...] = (),
) -> Return:
    """Return how a release can be returned to.

    stands: whether a service's container in a slot runs and is well. has_image: whether an
    image can be had; the second argument tells that it is one of ours, which no registry has.
    only: these services; by default all that both releases have.
    """
    wanted, live = digests(summary), digests(records.live.summary())
    scope = [name for name in live if name in wanted and (not only or name in only)]
    changed = tuple(name for name in scope if wanted[name] != live[name])
    if not changed:
        return Return(way=Way.LIVE)
    if why := too_old(records.live, summary):
        return Return(way=Way.NO, services=changed, why=why)
    if all(idle(records.live, name, wanted[name], stands) for name in changed):
        return Return(way=Way.INSTANTLY, services=changed)
    for name in changed:
        known = records.containers.get(wanted[name])
        if known is None:
            return Return(way=Way.NO, services=changed, why=f"{name} was not recorded")
        if not has_image(known["image"], bool(known.get("built"))):
            why = f"image {known['image']} is gone"
            return Return(way=Way.NO, services=changed, why=why)
    return Return(way=Way.REDEPLOY, services=changed)


def idle(
    live: Release, service: str, digest: str, stands: Callable[[str, str], bool]
) -> str | None:
    """Return the idle slot when it runs this version of a service and is well."""
    record = live.services[service]
    slot = other(record.slot)
    there = record.slots.get(slot)
    matches = there is not None and there.digest == digest
    return slot if matches and stands(service, slot) else None


def too_old(live: Release, summary: Mapping[str, Any]) -> str:
    """Return why the database's schema of now is not one that a release can work with."""
    then = summary.get("schema")
    if live.schema is None or not then or then["revision"] >= live.schema.oldest:
        return ""
    return (
        f"the database is at {live.schema.revision}, which programs of {then['revision']} "
        f"cannot work with (only those of {live.schema.oldest} and later)"
    )
