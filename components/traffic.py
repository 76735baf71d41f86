"""Traffic: which slot of each service the router sends requests to."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from docker.errors import APIError, NotFound

from plan.names import Names

from . import engine

_WEIGHTS = "/usr/local/bin/weights"


class TrafficError(pulumi.RunError):
    """The router did not take the weights; the message says what it answered."""


def point(slots: Mapping[str, str], names: Names, address: str) -> None:
    """Send all of each service's traffic to a slot; slots: service -> slot.

    The weights also go to the router's volume, so that they outlive its restart.
    Raises TrafficError when the router refuses or is not there.
    """
    command = [_WEIGHTS, "set", *(f"{name}={slot}" for name, slot in sorted(slots.items()))]
    try:
        router = engine.client(address).containers.get(names.of("router"))
        result = router.exec_run(command)
    except (APIError, NotFound) as error:
        raise TrafficError(
            f"The router could not be asked to move traffic: {error}. Run the same command "
            "again; traffic stays where it is until then."
        ) from error
    if result.exit_code != 0:
        said = bytes(result.output or b"").decode(errors="replace").strip()  # type: ignore[arg-type]
        raise TrafficError(f"The router refused to move traffic: {said}")


def settle(slots: Mapping[str, str], names: Names, address: str) -> None:
    """Before anything is replaced, put traffic where the last release left it.

    An update that was killed while traffic moved must not leave it on a slot that this
    one is about to replace. Without a running router there is no traffic to settle.
    """
    try:
        router = engine.client(address).containers.get(names.of("router"))
    except NotFound:
        return
    if slots and router.status == "running":
        point(slots, names, address)
