"""What of a stack is on the engine: from the labels and states of its containers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalog import SERVICES, STORES
from plan.names import COMPONENT_LABEL, SLOT_LABEL

HEADERS = ("component", "slot", "traffic", "state", "health", "since", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One container of a stack.

    kind: store, service, router or job. slot, traffic: of services only; traffic is live or
    previous. state: running, exited (…), missing, ... health: of the engine's own check.
    since: when it came into that state, RFC 3339.
    """

    name: str
    kind: str
    slot: str | None
    traffic: str | None
    image: str
    state: str
    health: str | None
    since: str | None

    def as_dict(self) -> dict[str, str | None]:
        """Return the component as JSON takes it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "slot": self.slot,
            "traffic": self.traffic,
            "image": self.image,
            "state": self.state,
            "health": self.health,
            "since": self.since,
        }

    def row(self, now: datetime) -> tuple[str, ...]:
        """Return the component as cells under HEADERS."""
        since = ago(datetime.fromisoformat(self.since), now) if self.since else ""
        cells = (self.name, self.slot, self.traffic, self.state, self.health, since, self.image)
        return tuple(cell or "" for cell in cells)


def component(attributes: Mapping[str, Any], live: Mapping[str, str]) -> Component:
    """Return what a container is. attributes: of `docker inspect`. live: slot by service."""
    config, state = attributes["Config"], attributes["State"]
    labels = config["Labels"] or {}
    name, slot = labels.get(COMPONENT_LABEL, attributes["Name"]), labels.get(SLOT_LABEL)
    running = state["Status"] == "running"
    moment = state["StartedAt"] if running else state["FinishedAt"]
    return Component(
        name=name,
        kind=_kind(name),
        slot=slot,
        traffic=_traffic(slot, live.get(name)),
        image=config["Image"],
        state="running" if running else _stopped(state),
        health=(state.get("Health") or {}).get("Status") if running else None,
        since=None if moment.startswith("0001-") else _rfc3339(moment),
    )


def missing(found: Iterable[Component], live: Mapping[str, Mapping[str, str]]) -> list[Component]:
    """Return what the last release left serving and is not on the engine any more.

    live: slot and image by service, as the stack's outputs tell them.
    """
    there = {(each.name, each.slot) for each in found}
    return [
        Component(
            name=name,
            kind="service",
            slot=each["slot"],
            traffic="live",
            image=each["image"],
            state="missing",
            health=None,
            since=None,
        )
        for name, each in sorted(live.items())
        if (name, each["slot"]) not in there
    ]


def ordered(found: Iterable[Component]) -> list[Component]:
    """Return stores, then services in the catalog's order, then the router, then jobs."""
    kinds = ("store", "service", "router", "job")
    names = [*STORES, *SERVICES]

    def key(each: Component) -> tuple[int, int, str, str]:
        place = names.index(each.name) if each.name in names else len(names)
        return kinds.index(each.kind), place, each.name, each.slot or ""

    return sorted(found, key=key)


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in its two greatest units, for example 3h 12m."""
    seconds = max(0, int((now - moment).total_seconds()))
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m")]
    parts.append((seconds % 60, "s"))
    first = next((index for index, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count}{unit}" for count, unit in parts[first : first + 2])


def _kind(name: str) -> str:
    if name in STORES:
        return "store"
    if name in SERVICES:
        return "service"
    return "router" if name == "router" else "job"


def _traffic(slot: str | None, live: str | None) -> str | None:
    if slot is None or live is None:
        return None
    return "live" if slot == live else "previous"


def _stopped(state: Mapping[str, Any]) -> str:
    if state["Status"] == "exited":
        return f"exited ({state['ExitCode']})"
    return str(state["Status"])


def _rfc3339(moment: str) -> str:
    """The engine tells nanoseconds; seconds are enough."""
    return datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC).isoformat()
