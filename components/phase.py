"""Phase: a step of the start-up."""

from __future__ import annotations

import pulumi

from catalog import Phase as CatalogPhase


class Phase(pulumi.ComponentResource):
    """Groups what one phase starts.

    What the next phase waits for are the gates of the members, real leaf resources; a
    component that is still empty would gate nothing.
    """

    def __init__(self, phase: CatalogPhase, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyairtable:components:Phase", phase.value, None, opts)
        self.register_outputs({})
