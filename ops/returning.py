"""How a release can be returned to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
    """The way back to a release.

    why: it is no. services: those that would change. data: the way is open when data returns too.
    """

    way: Way
    services: tuple[str, ...] = ()
    why: str = ""
    data: bool = False


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
    if why := unfit(records.live, summary, changed):
        data = backup_after(records, summary) is not None
        return Return(way=Way.NO, services=changed, why=why, data=data)
    if all(idle(records.live, name, wanted[name], stands) for name in changed):
        return Return(way=Way.INSTANTLY, services=changed)
    if why := missing(records, summary, changed, has_image):
        return Return(way=Way.NO, services=changed, why=why)
    return Return(way=Way.REDEPLOY, services=changed)


def missing(
    records: Records,
    summary: Mapping[str, Any],
    services: Collection[str],
    has_image: Callable[[str, bool], bool],
) -> str:
    """Return why services cannot be deployed again from a release's record; empty when they can."""
    wanted = digests(summary)
    for name in services:
        known = records.containers.get(wanted[name])
        if known is None:
            return f"{name} was not recorded"
        if not has_image(known["image"], bool(known.get("built"))):
            return f"image {known['image']} is gone"
    return ""


def idle(
    live: Release, service: str, digest: str, stands: Callable[[str, str], bool]
) -> str | None:
    """Return the idle slot when it runs this version of a service and is well."""
    record = live.services[service]
    slot = other(record.slot)
    there = record.slots.get(slot)
    matches = there is not None and there.digest == digest
    return slot if matches and stands(service, slot) else None


def unfit(live: Release, summary: Mapping[str, Any], services: Collection[str]) -> str:
    """Return why services of a release cannot work with the database's schema of now.

    Empty when they can, or when nobody recorded which schema they were made for.
    """
    made_for = revisions(summary, services)
    if live.schema is None or not made_for:
        return ""
    oldest, newest, now = made_for[0], made_for[-1], live.schema
    if oldest < now.oldest:
        return (
            f"the database is at {now.revision}, which programs of {oldest} cannot work with "
            f"(only those of {now.oldest} and later)"
        )
    if newest > now.revision:
        return f"the database is at {now.revision}, and programs of {newest} need that schema"
    return ""


def revisions(summary: Mapping[str, Any], services: Collection[str]) -> list[str]:
    """Return the schemas that services of a release were made for, the oldest first."""
    own = (summary.get("schema") or {}).get("revision")
    found = {summary["services"][name].get("schema") or own for name in services}
    return sorted(each for each in found if each is not None)


def backup_after(records: Records, summary: Mapping[str, Any]) -> str | None:
    """Return the dump that holds the last data of a release's schema, None when there is none.

    It was made before the next release that changed the data.
    """
    newer = [each for each in records.summaries if str(each["id"]) > str(summary["id"])]
    found = [each["backup"] for each in newer if each.get("backup")]
    return found[-1] if found else None
