"""What an update does to the traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Traffic of a service that goes from one slot to the other."""

    service: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Where traffic is and where it is to go; slot by service.

    order: services in the order in which they start, so those that are called come first.
    """

    before: Mapping[str, str]
    target: Mapping[str, str]
    order: tuple[str, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """The services whose traffic moves, those that are called first."""
        ranked = sorted(self.target, key=self.order.index)
        return tuple(
            Move(service=name, old=self.before[name], new=self.target[name])
            for name in ranked
            if name in self.before and self.before[name] != self.target[name]
        )

    @property
    def back(self) -> dict[str, str]:
        """Where traffic is to be when the update fails."""
        return {name: slot for name, slot in self.before.items() if name in self.target}
