"""docker:index/volume:Volume."""

from __future__ import annotations

from .schema import Property, Resource, labels

VOLUME = Resource(
    token="docker:index/volume:Volume",
    properties={
        "name": Property("str", computed=True),
        "driver": Property("str", computed=True),
        "driverOpts": Property("map"),
        "labels": labels(),
    },
    outputs=("mountpoint",),
)
