"""Phase: a step of the start-up, and the gates that the next one waits for."""

from __future__ import annotations

import pulumi

from catalog import Phase as CatalogPhase

from .gate import Gate


class Phase(pulumi.ComponentResource):
    """Groups what one phase starts.

    gates: of its members, real leaf resources; a component that is still empty would
    gate nothing.
    """

    gates: list[Gate]

    def __init__(self, phase: CatalogPhase, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyairtable:components:Phase", phase.value, None, opts)
        self.gates = []
        self.register_outputs({})
