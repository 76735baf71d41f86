"""The resource types, each with its table and what it does; a new type is one line here."""

from __future__ import annotations

from .container import ContainerHandler
from .container_schema import CONTAINER
from .handler import Handler
from .image import ImageHandler
from .image_schema import IMAGE
from .network import NetworkHandler
from .network_schema import NETWORK
from .schema import Resource
from .volume import VolumeHandler
from .volume_schema import VOLUME

RESOURCES: dict[str, tuple[Resource, Handler]] = {
    NETWORK.token: (NETWORK, NetworkHandler()),
    VOLUME.token: (VOLUME, VolumeHandler()),
    IMAGE.token: (IMAGE, ImageHandler()),
    CONTAINER.token: (CONTAINER, ContainerHandler()),
}
