"""A Docker Engine in memory, as far as it is asked whose a stack is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docker.errors import NotFound


class Thing:
    """A container, network or volume on the engine."""

    def __init__(self, kind: Things, name: str, labels: Mapping[str, str]) -> None:
        self.kind, self.name = kind, name
        self.attrs = {"Labels": dict(labels), "CreatedAt": "2026-01-01T10:00:00Z"}
        self.stopped = False

    def stop(self, timeout: int) -> None:
        assert timeout > 10
        self.stopped = True

    def remove(self, force: bool = False) -> None:
        assert self.kind.named.pop(self.name) is self


@dataclass
class Things:
    """All things of one kind, by name."""

    named: dict[str, Thing] = field(default_factory=dict)

    def get(self, name: str) -> Thing:
        if name not in self.named:
            raise NotFound(name)
        return self.named[name]

    def create(self, name: str, labels: Mapping[str, str]) -> Thing:
        """Make a thing; one that is there stays as it is."""
        return self.named.setdefault(name, Thing(self, name, labels))

    def list(self, filters: Mapping[str, Any], **_: Any) -> list[Thing]:
        key, _, value = str(filters["label"]).partition("=")
        return [each for each in self.named.values() if each.attrs["Labels"].get(key) == value]  # type: ignore[attr-defined]


class Engine:
    """An engine with nothing on it."""

    def __init__(self) -> None:
        self.containers, self.networks, self.volumes = Things(), Things(), Things()

    def ping(self) -> bool:
        return True
