"""Which version each service is to run: what the source says, or what it is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .container import Container
from .deployment import Deployment
from .release import Pin, Release
from .request import Request
from .rotation import renewed


def pins(before: Mapping[str, Pin], request: Request, now: str) -> dict[str, Pin]:
    """Return the pins after a request. now: RFC 3339, UTC."""
    kept = {name: pin for name, pin in before.items() if name not in request.unpin}
    asked = {
        name: Pin(container=container, since=now, reason=request.reason)
        for name, container in request.pins.items()
    }
    return kept | asked


def still(before: Release | None, request: Request, now: str) -> dict[str, Pin]:
    """Return what an instant update, or one that changes secrets, leaves as it is.

    It is held for this one update. An instant one moves traffic unwatched, and of one that
    changes secrets nobody expects a new version; so both release nothing that they were not
    asked for, such as an edit of a service that waits in the source.
    """
    if before is None or not (request.instant or request.generations):
        return {}
    return {
        name: Pin(container=each.live, since=now, reason=request.reason)
        for name, each in before.services.items()
        if name not in request.pins
    }


def pinned(deployment: Deployment, held: Mapping[str, Pin]) -> Deployment:
    """Return the deployment with the pinned services' own containers, and today's secrets."""

    def container(name: str, wanted: Container) -> Container:
        return renewed(held[name].container, wanted) if name in held else wanted

    return replace(
        deployment,
        services=tuple(
            replace(each, container=container(each.service.name, each.container))
            for each in deployment.services
        ),
    )


def needless(deployment: Deployment, held: Mapping[str, Pin]) -> set[str]:
    """Return the pinned services for which the source says the same, or that are gone."""
    source = {each.service.name: each.container for each in deployment.services}
    return {
        name
        for name, pin in held.items()
        if name not in source or renewed(pin.container, source[name]).digest == source[name].digest
    }
