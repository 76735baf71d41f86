"""The release record: what a successful update left running. Kept in the stack's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from .container import CONTAINER, Container
from .generation import Generation

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ServiceRelease:
    """A service in a release: the slot that serves, and what both slots run."""

    slot: str
    slots: Mapping[str, Container]

    @property
    def live(self) -> Container:
        """What serves."""
        return self.slots[self.slot]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Pin:
    """A service, or the migrations, that does not follow the source.

    since: RFC 3339, UTC. reason: who wanted it. schema: the revision that it was made for.
    """

    container: Container
    since: str
    reason: str
    schema: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Schema:
    """The database's schema. oldest: the oldest revision whose programs work with it."""

    revision: str
    oldest: str


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Release:
    """One release.

    time: RFC 3339, UTC. revision: of git, with + when the tree was dirty. who: user and host.
    reason: why, when not because the source changed. returned_to: id of the release that a
    rollback returned to. schema: that the database had then. backup: the dump that was made
    before this release changed the data: its migrations, or the return to older data.
    pins: what does not follow the source, by name.
    generations: of the secrets that were rotated, by name. fixed: stores and router, by name.
    """

    id: str
    time: str
    revision: str
    services: Mapping[str, ServiceRelease]
    stores: Mapping[str, str]
    schema_image: str
    schema: Schema | None = None
    backup: str | None = None
    who: str = ""
    reason: str = ""
    returned_to: str | None = None
    pins: Mapping[str, Pin] = field(default_factory=dict)
    generations: Mapping[str, Generation] = field(default_factory=dict)
    fixed: Mapping[str, Container] = field(default_factory=dict)
    version: int = VERSION

    def same_as(self, other: Release) -> bool:
        """Whether both leave the same running, whatever their id, time and revision."""
        return self._running() == other._running()

    def _running(self) -> tuple[object, ...]:
        return (
            self.services,
            self.stores,
            self.schema_image,
            self.pins,
            self.generations,
            self.fixed,
        )

    @property
    def slots(self) -> dict[str, str]:
        """The slot that serves, by service."""
        return {name: service.slot for name, service in self.services.items()}

    def summary(self) -> dict[str, Any]:
        """Return what the list of kept releases says of it: what was live, and from where."""
        return {
            "id": self.id,
            "time": self.time,
            "revision": self.revision,
            "who": self.who,
            "reason": self.reason,
            "returnedTo": self.returned_to,
            "schemaImage": self.schema_image,
            "schema": asdict(self.schema) if self.schema else None,
            "backup": self.backup,
            "stores": dict(self.stores),
            "services": {
                name: {"slot": each.slot, "image": each.live.image, "digest": each.live.digest}
                | self._made_for(name)
                for name, each in sorted(self.services.items())
            },
        }

    def _made_for(self, service: str) -> dict[str, str]:
        """The schema of a pinned service; that of all others is the release's."""
        pin = self.pins.get(service)
        return {"schema": pin.schema} if pin and pin.schema else {}


RELEASE: TypeAdapter[Release] = TypeAdapter(Release)


def kept(
    previous: tuple[Mapping[str, Any], ...], release: Release, count: int
) -> tuple[Mapping[str, Any], ...]:
    """Return the summaries, newest first, at most count; a release stands in it once."""
    older = tuple(each for each in previous if each["id"] != release.id)
    return (release.summary(), *older)[:count]


def containers(
    summaries: tuple[Mapping[str, Any], ...], known: Mapping[str, Any], release: Release
) -> dict[str, Any]:
    """Return by digest the containers that the kept releases name, as the outputs hold them.

    known: those that the outputs held until now.
    """
    live = {each.live.digest: each.live for each in release.services.values()}
    every = {
        **known,
        **{key: CONTAINER.dump_python(each, mode="json") for key, each in live.items()},
    }
    named = {each["digest"] for one in summaries for each in one["services"].values()}
    return {digest: every[digest] for digest in sorted(named) if digest in every}
