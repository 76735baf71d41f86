"""What an interrupted update left on the engine without the state knowing of it."""

from __future__ import annotations

from collections.abc import Collection

import pulumi

from plan.names import of_stack

from . import engine


def remove(stack: str, known: Collection[str], address: str) -> list[str]:
    """Remove this stack's containers and networks whose names the state does not know.

    An engine that was killed may have made them just before; their names would be taken.
    Volumes stay: they hold data, and making one again adopts it. Returns the removed names.
    """
    client = engine.client(address)
    mine = of_stack(stack)
    removed = []
    for container in client.containers.list(all=True, filters=mine, ignore_removed=True):
        if container.name not in known:
            engine.discard(container)
            removed.append(str(container.name))
    for network in client.networks.list(filters=mine):
        if network.name not in known:
            network.remove()
            removed.append(str(network.name))
    if removed:
        pulumi.log.info(f"Removed what an interrupted update left: {', '.join(removed)}")
    return removed
