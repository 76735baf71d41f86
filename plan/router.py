"""The router's container: every service's name, both slots, the only published ports."""

from __future__ import annotations

from catalog import Limits, Network, Service
from catalog.router_config import RoutedService, render_router_config
from catalog.secrets import RELEASE_KEY
from settings import StackSettings

from .container import Attachment, Container, Mount, PublishedPort, SecretFile
from .deployment import DeployedService
from .limits import health_check

CONFIG_FOLDER = "/etc/haproxy"
STATE_VOLUME = "router-state"
# Router ports from here on publish services that are internal otherwise.
FIRST_INTERNAL_PORT = 20000


def router(deployed: tuple[DeployedService, ...], settings: StackSettings, image: str) -> Container:
    """Return the router for these services."""
    services = [each.service for each in deployed]
    published = {s.name: _published(s, n, settings) for n, s in enumerate(services)}
    routed = [
        RoutedService(
            name=service.name,
            port=service.port,
            ready_path=service.ready_path,
            public_port=port.internal if (port := published[service.name]) else None,
            answer_seconds=service.answer_seconds,
        )
        for service in services
    ]
    return Container(
        name="router",
        image=image,
        built="router",
        user="10004:10004",
        limits=Limits(cpus=1.0, memory_mib=256, reserved_memory_mib=64),
        networks=(
            Attachment(network=Network.EDGE),
            Attachment(network=Network.APP, aliases=tuple(s.name for s in services)),
        ),
        health=health_check(("/usr/local/bin/healthcheck",), settings.health, None),
        mounts=(Mount(volume=STATE_VOLUME, path="/var/lib/haproxy"),),
        tmpfs=("/tmp", "/run/haproxy"),
        ports=tuple(port for port in published.values() if port),
        secrets=(SecretFile(file=RELEASE_KEY.name, secret=RELEASE_KEY.name),),
        files={f"{CONFIG_FOLDER}/haproxy.cfg": render_router_config(routed)},
    )


def _published(service: Service, index: int, settings: StackSettings) -> PublishedPort | None:
    chosen = settings.services.get(service.name)
    if service.public_port is not None:
        external = getattr(settings.entry, service.public_port)
        return PublishedPort(
            internal=service.port, external=external, address=str(settings.entry.address)
        )
    if chosen is None or chosen.publish_port is None:
        return None
    return PublishedPort(
        internal=FIRST_INTERNAL_PORT + index,
        external=chosen.publish_port,
        address=str(settings.entry.address),
    )
