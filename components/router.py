"""Router: HAProxy, through which all traffic goes."""

from __future__ import annotations

import pulumi

from plan.container import Container

from .gate import Gate
from .operations import Operations
from .reload import reloaded
from .site import Site
from .volume import Volume
from .workload import Waits, Workload


class Router(pulumi.ComponentResource):
    """The router; its weights outlive a restart on a volume.

    ready: opens once it is healthy and serves by its configuration. operations: None in a preview.
    """

    ready: Gate

    def __init__(
        self,
        spec: Container,
        site: Site,
        depends_on: Waits,
        operations: Operations | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Router", "routing", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        volumes = {
            mount.volume: Volume(mount.volume, site.names, opts=child).volume
            for mount in spec.mounts
        }
        workload = Workload(spec, site, depends_on, volumes=volumes, reloads=True, opts=child)
        self.ready = reloaded(workload.ready, spec, operations)
        self.register_outputs({"image": spec.image})
