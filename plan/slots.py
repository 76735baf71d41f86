"""Which slot of a service holds which version: the live one is never replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .container import Container
from .names import BLUE, other
from .release import ServiceRelease


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The slots of one service in this update.

    live: the slot that holds the traffic now, None when nothing serves yet.
    target: the slot that is to hold it. containers: what each used slot runs.
    """

    live: str | None
    target: str
    containers: Mapping[str, Container]

    @property
    def releases(self) -> bool:
        """Whether traffic will move."""
        return self.live is not None and self.live != self.target


def assign(wanted: Container, previous: ServiceRelease | None) -> Slots:
    """Give the wanted version a slot; never the one that serves another version."""
    if previous is None:
        return Slots(live=None, target=BLUE, containers={BLUE: wanted})
    live = previous.slot
    if previous.slots[live].digest == wanted.digest:
        return Slots(live=live, target=live, containers={**previous.slots, live: wanted})
    target = other(live)
    return Slots(live=live, target=target, containers={live: previous.slots[live], target: wanted})
