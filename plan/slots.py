"""Which slot of a service holds which version: the live one is never replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .container import Container
from .deployment import Deployment
from .names import BLUE, other
from .release import ServiceRelease
from .rotation import counts, renewed


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


def kept_idle(slots: Slots, wanted: Container, deployment: Deployment) -> Slots:
    """Give the version that is kept for a rollback today's secrets, where its own are over.

    wanted: the service's container as the source wants it. The slot that serves keeps its own.
    """
    containers = {
        slot: renewed(each, wanted)
        if slot not in (slots.live, slots.target) and not counts(each, deployment)
        else each
        for slot, each in slots.containers.items()
    }
    return replace(slots, containers=containers)
