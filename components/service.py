"""Service: a stateless service in its two slots."""

from __future__ import annotations

import pulumi

from plan.slots import Slots

from .gate import Gate
from .site import Site
from .workload import Waits, Workload


class Service(pulumi.ComponentResource):
    """A service. The slot that serves is never replaced; a new version takes the other.

    ready: the gate that opens once the target slot is healthy. The other slot has none: it is the
    previous version, which must not keep a better one from its traffic, however ill it is.
    instant: traffic is to move at once, or has, as in a rollback.
    """

    ready: Gate

    def __init__(
        self,
        name: str,
        slots: Slots,
        site: Site,
        depends_on: Waits,
        *,
        instant: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Service", name, None, opts)
        workloads = {
            slot: Workload(
                spec,
                site,
                depends_on,
                slot=slot,
                gated=slot == slots.target,
                gives_way=slots.releases and slot == slots.target and not instant,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for slot, spec in slots.containers.items()
        }
        self.ready = workloads[slots.target].ready
        self.register_outputs({"slot": slots.target, "image": slots.containers[slots.target].image})
