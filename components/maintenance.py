"""Maintenance around the stores: it begins before one is replaced and ends when all serve."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from plan.interruption import Interruption

from .gate import Gate
from .operations import Operations
from .site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Keeps callers out while stores are replaced. operations: None in a preview."""

    operations: Operations | None
    interrupts: Interruption

    def before(self, site: Site) -> dict[str, list[Gate]]:
        """Return by name what each store that is replaced waits for.

        It begins once all images are built, so that nobody is kept out while they are.
        """
        if self.operations is None or not self.interrupts.stores:
            return {}
        operations, images = self.operations, list(site.images.values())

        async def begun(_: list[Any]) -> pulumi.Resource:
            await asyncio.to_thread(operations.keep_out, self.interrupts)
            return images[0]

        gate: Gate = pulumi.Output.all(*(each.id for each in images)).apply(begun)
        return {each.name: [gate] for each in self.interrupts.stores}

    def after(self, stores: Sequence[Gate]) -> Gate:
        """Return the gate that opens when the stores are healthy and callers are let in again."""

        async def ended(opened: list[Any]) -> pulumi.Resource:
            if self.operations is not None:
                await asyncio.to_thread(self.operations.let_in)
            store: pulumi.Resource = opened[0]
            return store

        return pulumi.Output.all(*stores).apply(ended)
