"""Catalog + settings -> Deployment."""

from __future__ import annotations

from pathlib import Path

from catalog import SECRETS, STORES, Network, Secret, Service
from catalog.images import IMAGES
from catalog.secrets import STORE_LOGIN_BYTES
from settings import StackSettings

from . import stores
from .container import Attachment, Container
from .content_hash import Tags
from .deployment import DeployedService, Deployment
from .environment import login, secret_files, service_environment
from .limits import health_check, limits
from .names import Names
from .router import router
from .selection import selected, stack_secret

SERVICE_USER = "10001:10001"


def resolve(settings: StackSettings, stack: str, root: Path) -> Deployment:
    """Return what the stack deploys.

    root: the project's folder, whose files make the tags of our images.
    Raises FileNotFoundError when an input of an image is missing.
    """
    services, absent = selected(settings)
    secrets = _secrets(services, settings)
    tags = Tags(root)
    deployed = tuple(
        DeployedService(
            service=service,
            container=_container(service, settings, tags, {s.name for s in services}, secrets),
        )
        for service in services
    )
    return Deployment(
        names=Names(stack),
        images={name: tags[name] for name in _images(deployed)},
        secrets=secrets,
        stores=tuple(stores.deployed(store, settings, services, tags) for store in STORES.values()),
        backup=stores.backup(settings, tags),
        migrations=stores.migrations(services, tags),
        services=deployed,
        router=router(deployed, settings, tags["router"]),
        absent=absent,
        gate_timeout_seconds=settings.health.gate_timeout_seconds,
        job_timeout_seconds=settings.health.job_timeout_seconds,
        release=settings.release,
        allow_downtime=settings.release.allow_downtime
        or settings.platform.environment != "production",
    )


def _container(
    service: Service,
    settings: StackSettings,
    tags: Tags,
    deployed: set[str],
    secrets: dict[str, Secret],
) -> Container:
    chosen = settings.services.get(service.name)
    external = chosen.image if chosen else None
    return Container(
        name=service.name,
        image=external or tags[service.image or service.name],
        built=None if external else service.image,
        user=SERVICE_USER,
        limits=limits(service.limits, chosen.limits if chosen else None),
        networks=_networks(service),
        health=health_check(
            ("curl", "-fsS", f"http://127.0.0.1:{service.port}{service.health_path}"),
            settings.health,
            chosen.health if chosen else None,
        ),
        environment=service_environment(service, settings, deployed, secrets),
        secrets=secret_files(service, secrets),
    )


def _networks(service: Service) -> tuple[Attachment, ...]:
    wanted = [Network.APP]
    if service.postgres or service.redis:
        wanted.append(Network.DATA)
    if service.egress:
        wanted.append(Network.EGRESS)
    return tuple(Attachment(network=network) for network in wanted)


def _secrets(services: tuple[Service, ...], settings: StackSettings) -> dict[str, Secret]:
    """Every secret in use. An emulated secret is generated, so that nothing is hard-coded."""
    emulated = {service.stands_in_for for service in services}
    found: dict[str, Secret] = {}
    for name, secret in SECRETS.items():
        if secret.random_bytes is not None or stack_secret(name, settings) is not None:
            found[name] = secret
        elif name in emulated:
            found[name] = Secret(name=name, random_bytes=STORE_LOGIN_BYTES)
    for service in services:
        for store in ("postgres", "redis"):
            if getattr(service, store):
                name = login(service.name, store)
                found[name] = Secret(name=name, random_bytes=STORE_LOGIN_BYTES)
    return found


def _images(deployed: tuple[DeployedService, ...]) -> tuple[str, ...]:
    """Our images that this stack needs, parents first."""
    used = {"base", "postgres", "redis", "router", "migrations"}
    used |= {each.container.built for each in deployed if each.container.built}
    for name in tuple(used):
        parent = IMAGES[name].parent
        while parent:
            used.add(parent)
            parent = IMAGES[parent].parent
    return tuple(name for name in IMAGES if name in used)
