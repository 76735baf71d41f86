"""What stays for kept releases: our images on the engine, of all stacks, and the stack's dumps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.images import IMAGES

from .content_hash import LENGTH
from .names import PROJECT
from .release import Release

MARKS = f"{PROJECT}-kept"
"""Where the marks are: further tags of an image, one for each stack that keeps it.

pyairtable/redis:0a1b2c3d4e5f has the mark pyairtable-kept/redis:0a1b2c3d4e5f.dev while stack dev
keeps it. A mark lives on the engine, so a stack sees what the others keep.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """An image on the engine. tags: full references. used: whether a container is of it."""

    id: str
    tags: tuple[str, ...]
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is to be done. mark: references by their new mark. remove: tags, in this order."""

    mark: Mapping[str, str]
    remove: tuple[str, ...]


def mark(reference: str, stack: str) -> str | None:
    """Return a stack's mark of an image; None when the image is not one of ours."""
    owner, _, rest = reference.partition("/")
    name, _, version = rest.partition(":")
    ours = owner == PROJECT and name in IMAGES and len(version) == LENGTH
    return f"{MARKS}/{rest}.{stack}" if ours else None


def named(summaries: Iterable[Mapping[str, Any]], release: Release) -> frozenset[str]:
    """Return the images that kept releases name, and all those of the live one."""
    slots = (each for one in release.services.values() for each in one.slots.values())
    pinned = (pin.container for pin in release.pins.values())
    live = {each.image for each in (*slots, *pinned, *release.fixed.values())}
    return frozenset(live).union(*map(_of_summary, summaries))


def backups(summaries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the dumps that kept releases name: a return with data needs them."""
    return tuple(sorted({str(each["backup"]) for each in summaries if each.get("backup")}))


def retention(stack: str, found: Collection[Tagged], keep: Collection[str]) -> Retention:
    """Return what to mark and what to remove after a release. keep: references.

    Only what this stack had marked is removed, so an image that is not ours, or was made by
    others, is never touched; nor is one that another stack has marked or a container uses.
    """
    there = {tag: each for each in found for tag in each.tags}
    wanted = {mark(each, stack): each for each in keep if each in there}
    # An image that was built again has the same name, and its mark follows it.
    new = {
        key: each
        for key, each in wanted.items()
        if key is not None and there.get(key) != there[each]
    }
    removed = (tag for each in marks(found, stack) for tag in _removed(each, there, keep))
    return Retention(mark=dict(sorted(new.items())), remove=tuple(removed))


def marks(found: Iterable[Tagged], stack: str) -> tuple[str, ...]:
    """Return all marks of a stack."""
    tags = (tag for each in found for tag in each.tags if tag.startswith(f"{MARKS}/"))
    return tuple(tag for tag in tags if _marked(tag)[1] == stack)


def _of_summary(summary: Mapping[str, Any]) -> frozenset[str]:
    services = {str(each["image"]) for each in summary["services"].values()}
    return frozenset({*services, *(summary.get("stores") or {}).values(), summary["schemaImage"]})


def _removed(own: str, there: Mapping[str, Tagged], keep: Collection[str]) -> Iterator[str]:
    """Yield the tags that go with a mark: first the name, so that the mark is there till then."""
    reference, stack = _marked(own)
    if reference in keep or any(there[each].used for each in (own, reference) if each in there):
        return
    every = (_marked(each) for each in there if each.startswith(f"{MARKS}/"))
    others = any(of == reference and by != stack for of, by in every)
    if reference in there and not others:
        yield reference
    yield own


def _marked(tag: str) -> tuple[str, str]:
    """Return of which image and by which stack a mark is."""
    reference, _, stack = tag.removeprefix(f"{MARKS}/").partition(".")
    return f"{PROJECT}/{reference}", stack
