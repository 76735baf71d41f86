"""Network: a bridge network of the stack."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from catalog import Network as CatalogNetwork
from plan.names import Names


class Network(pulumi.ComponentResource):
    """A network by its role; all but edge and egress have no way out."""

    network: docker.Network

    def __init__(
        self,
        kind: CatalogNetwork,
        names: Names,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Network", f"{kind.value}-network", None, opts)
        self.network = docker.Network(
            kind.value,
            name=names.network(kind),
            internal=kind.internal,
            labels=[
                docker.NetworkLabelArgs(label=key, value=value)
                for key, value in names.labels(kind.value).items()
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"name": self.network.name})
