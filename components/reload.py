"""A changed configuration of the router, taken over while it runs: no connection is dropped."""

from __future__ import annotations

from functools import partial

import pulumi

from catalog.router_config import fingerprint
from plan.container import Container

from .gate import Gate
from .operations import Operations, done


def reloaded(ready: Gate, spec: Container, operations: Operations | None) -> Gate:
    """Return the gate that opens when a healthy router serves by the configuration of spec.

    It is asked on every update, so what an interrupted one did not come to is made up for.
    operations: None in a preview.
    """
    found = [mark for text in spec.files.values() if (mark := fingerprint(text))]

    async def taken(container: pulumi.Resource) -> pulumi.Resource:
        if operations is not None:
            for mark in found:
                await done(partial(operations.reload, mark))
        return container

    return ready.apply(taken)
