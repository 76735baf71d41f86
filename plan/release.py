"""The release record: what a successful update left running. Kept in the stack's outputs."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from .container import Container

VERSION = 1
KEPT = 10


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
class Release:
    """One release. time: RFC 3339, UTC. revision: of git, with + when the tree was dirty."""

    id: str
    time: str
    revision: str
    services: Mapping[str, ServiceRelease]
    stores: Mapping[str, str]
    schema_image: str
    version: int = VERSION

    def same_as(self, other: Release) -> bool:
        """Whether both leave the same running, whatever their id, time and revision."""
        return (self.services, self.stores, self.schema_image) == (
            other.services,
            other.stores,
            other.schema_image,
        )

    @property
    def slots(self) -> dict[str, str]:
        """The slot that serves, by service."""
        return {name: service.slot for name, service in self.services.items()}

    def summary(self) -> dict[str, object]:
        """Return what the list of kept releases says of it: what was live, and from where."""
        return {
            "id": self.id,
            "time": self.time,
            "revision": self.revision,
            "schemaImage": self.schema_image,
            "services": {
                name: {"slot": each.slot, "image": each.live.image, "digest": each.live.digest}
                for name, each in sorted(self.services.items())
            },
        }


RELEASE: TypeAdapter[Release] = TypeAdapter(Release)


def kept(
    previous: tuple[Mapping[str, object], ...], release: Release
) -> tuple[Mapping[str, object], ...]:
    """Return the summaries, newest first, the last KEPT; a release stands in it once."""
    older = tuple(each for each in previous if each["id"] != release.id)
    return (release.summary(), *older)[:KEPT]
