"""Cache: Redis."""

from __future__ import annotations

import pulumi

from plan.deployment import DeployedStore

from .gate import Gate
from .site import Site
from .volume import Volume
from .workload import Waits, Workload


class Cache(pulumi.ComponentResource):
    """Redis on its data volume. ready: the gate that opens once it is healthy."""

    ready: Gate

    def __init__(
        self,
        deployed: DeployedStore,
        site: Site,
        depends_on: Waits,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Cache", "cache", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        volumes = {
            mount.volume: Volume(
                mount.volume,
                site.names,
                protect=deployed.protect,
                retain_on_delete=deployed.retain_on_delete,
                opts=child,
            ).volume
            for mount in deployed.container.mounts
        }
        workload = Workload(
            deployed.container,
            site,
            depends_on,
            volumes=volumes,
            live_secrets=deployed.takes_secrets,
            opts=child,
        )
        self.ready = workload.ready
        self.register_outputs({"image": deployed.container.image})
