"""docker:index/remoteImage:RemoteImage."""

from __future__ import annotations

from .rules import image, matching
from .schema import M, Property, Resource, U

IMAGE = Resource(
    token="docker:index/remoteImage:RemoteImage",
    properties={
        "name": Property("str", required=True),
        "platform": Property("str"),
        "triggers": Property("map"),
        "pullTriggers": Property("set"),
        "keepLocally": Property("bool", M),
        "forceRemove": Property("bool", M),
        "build": Property(
            "object",
            U,
            fields={
                "context": Property("str", required=True),
                "dockerfile": Property("str", default="Dockerfile"),
                "buildArgs": Property("map"),
                "labels": Property("map"),
                "label": Property("map", U),
                "tags": Property("list", U),
                "target": Property("str"),
                "noCache": Property("bool"),
                "pullParent": Property("bool"),
                "extraHosts": Property("list", rule=matching("[^:]+:.+", "name:address")),
                "networkMode": Property("str"),
                "useLegacyBuilder": Property("bool", default=False),
                "remove": Property("bool", U, default=True),
                "forceRemove": Property("bool"),
                "platform": Property("str"),
            },
        ),
    },
    outputs=("imageId", "repoDigest"),
    autonamed=False,
    rules={"build": image},
)
