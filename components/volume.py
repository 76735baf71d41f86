"""Volume: a named volume of the stack."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from plan.names import Names


class Volume(pulumi.ComponentResource):
    """A named volume. With retain_on_delete a destroy leaves it, and the next `up` adopts it."""

    volume: docker.Volume

    def __init__(
        self,
        name: str,
        names: Names,
        *,
        protect: bool = False,
        retain_on_delete: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Volume", f"{name}-volume", None, opts)
        self.volume = docker.Volume(
            name,
            name=names.of(name),
            labels=[
                docker.VolumeLabelArgs(label=key, value=value)
                for key, value in names.labels(name).items()
            ],
            opts=pulumi.ResourceOptions(
                parent=self, protect=protect, retain_on_delete=retain_on_delete
            ),
        )
        self.register_outputs({"name": self.volume.name})
