"""Router: HAProxy, through which all traffic goes."""

from __future__ import annotations

import pulumi

from plan.container import Container

from .gate import Gate
from .site import Site
from .volume import Volume
from .workload import Waits, Workload


class Router(pulumi.ComponentResource):
    """The router; its weights outlive a restart on a volume. ready: opens once healthy."""

    ready: Gate

    def __init__(
        self,
        spec: Container,
        site: Site,
        depends_on: Waits,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Router", "routing", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        volumes = {
            mount.volume: Volume(mount.volume, site.names, opts=child).volume
            for mount in spec.mounts
        }
        workload = Workload(spec, site, depends_on, volumes=volumes, opts=child)
        self.ready = workload.ready
        self.register_outputs({"image": spec.image})
