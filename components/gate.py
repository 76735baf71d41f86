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

from .recorder import Recorder, Watch

Gate = pulumi.Output[pulumi.Resource]
Check = Callable[[str, Watch], None]
"""Returns once a container, by id, is as it should be; pulumi.RunError fails the update."""


def opened(container: docker.Container) -> Gate:
    """Return the gate of a container that nobody waits for."""
    return container.id.apply(lambda _: container)


def gate(
    container: docker.Container, name: str, check: Check, recorder: Recorder, kind: str
) -> Gate:
    """Return the container once check has accepted its id.

    check runs on a thread of its own and may block. kind: container or job.
    """

    def checked(container_id: str) -> None:
        with recorder.gate(name, kind) as watch:
            check(container_id, watch)

    async def passed(container_id: str) -> pulumi.Resource:
        if not pulumi.runtime.is_dry_run():
            await asyncio.to_thread(checked, container_id)
        return container

    return container.id.apply(passed)
