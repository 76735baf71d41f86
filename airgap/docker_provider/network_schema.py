"""docker:index/network:Network."""

from __future__ import annotations

from .schema import Property, Resource, labels

NETWORK = Resource(
    token="docker:index/network:Network",
    properties={
        "name": Property("str"),
        "driver": Property("str", computed=True),
        "options": Property("map", computed=True),
        "internal": Property("bool", computed=True),
        "attachable": Property("bool"),
        "ingress": Property("bool"),
        "ipv6": Property("bool"),
        "ipamDriver": Property("str", default="default"),
        "ipamOptions": Property("map"),
        "ipamConfigs": Property(
            "objectset",
            computed=True,
            fields={
                "subnet": Property("str"),
                "ipRange": Property("str"),
                "gateway": Property("str"),
                "auxAddress": Property("map"),
            },
        ),
        "labels": labels(),
    },
    outputs=("scope",),
)
