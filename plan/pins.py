"""What each service and the migrations are to run: what the source says, or what is pinned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .container import Container
from .deployment import Deployment
from .release import Pin, Release
from .request import Request
from .rotation import renewed
from .stores import MIGRATIONS, before_migrations


def pins(before: Mapping[str, Pin], request: Request, now: str) -> dict[str, Pin]:
    """Return the pins after a request. now: RFC 3339, UTC."""
    kept = {name: pin for name, pin in before.items() if name not in request.unpin}
    asked = {
        name: Pin(container=container, since=now, reason=request.reason, schema=request.schema)
        for name, container in request.pins.items()
    }
    return kept | asked


def still(
    deployment: Deployment, before: Release | None, request: Request, now: str
) -> dict[str, Pin]:
    """Return what an instant update, or one that changes secrets, leaves as it is.

    It is held for this one update. An instant one moves traffic unwatched, and of one that
    changes secrets nobody expects a new version; so both release nothing that they were not
    asked for, such as an edit of another service, or of the schema, that waits in the source.
    """
    if before is None or not (request.instant or request.generations):
        return {}
    runs = {name: each.live for name, each in before.services.items()}
    runs[MIGRATIONS] = replace(deployment.migrations, image=before.schema_image)
    return {
        name: Pin(container=container, since=now, reason=request.reason)
        for name, container in runs.items()
        if name not in request.pins
    }


def pinned(deployment: Deployment, held: Mapping[str, Pin]) -> Deployment:
    """Return the deployment with the pinned containers, and today's secrets."""

    def container(name: str, wanted: Container) -> Container:
        return renewed(held[name].container, wanted) if name in held else wanted

    image = held[MIGRATIONS].container.image if MIGRATIONS in held else deployment.migrations.image
    return replace(
        deployment,
        # The logins that it makes are those of today's services.
        migrations=replace(deployment.migrations, image=image),
        backup=before_migrations(deployment.backup, image),
        services=tuple(
            replace(each, container=container(each.service.name, each.container))
            for each in deployment.services
        ),
    )


def needless(deployment: Deployment, held: Mapping[str, Pin]) -> set[str]:
    """Return what is pinned to the same as the source says, or is gone."""
    source = {each.service.name: each.container for each in deployment.services}

    def same(name: str, pin: Pin) -> bool:
        if name == MIGRATIONS:
            return pin.container.image == deployment.migrations.image
        return renewed(pin.container, source[name]).digest == source[name].digest

    known = {*source, MIGRATIONS}
    return {name for name, pin in held.items() if name not in known or same(name, pin)}
