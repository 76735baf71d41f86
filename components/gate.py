"""Gates: what starts later waits on these, and a gate that fails ends the update.

A gate is the container itself, known only once its check has passed. So it stands in
`depends_on`, names a real leaf resource, and is asked on every update, also for a
container that did not change. Previews skip it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pulumi
import pulumi_docker as docker

Gate = pulumi.Output[pulumi.Resource]


def gate(container: docker.Container, check: Callable[[str], None]) -> Gate:
    """Return the container once check has accepted its id.

    check runs on a thread of its own, may block, and raises pulumi.RunError to fail the update.
    """

    async def opened(container_id: str) -> pulumi.Resource:
        if not pulumi.runtime.is_dry_run():
            await asyncio.to_thread(check, container_id)
        return container

    return container.id.apply(opened)
