"""The note of the shift that is under way, as its driver left it on the router."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from ..lock import lives

Weights = Mapping[str, Mapping[str, int]]


def killed(note: Mapping[str, Any]) -> bool:
    """Whether the shift's driver ran on this host and is gone; of another host nobody knows."""
    here = str(note["who"]).endswith(f"@{socket.gethostname()}")
    return here and not lives(int(note["pid"]))


def weights(note: Mapping[str, Any], services: Mapping[str, Any]) -> Weights:
    """Return the shares of the slots of the services that are shifted, in percent.

    services: as the router shows them.
    """
    return {
        name: {slot: int(each["weight"]) for slot, each in sorted(services[name].items())}
        for name in note["services"]
    }


def told(note: Mapping[str, Any], shares: Weights) -> str:
    """Return the sentence that tells of a shift."""
    each = "; ".join(
        f"{name} " + ", ".join(f"{slot} {share} %" for slot, share in slots.items())
        for name, slots in shares.items()
    )
    if killed(note):
        how = "was being shifted when its update was killed; the next `up` puts it in order"
    elif note["wish"] == "pause":
        how = "is being shifted, paused"
    else:
        how = "is being shifted"
    return f"Traffic {how} ({each}), since {note['since']} by {note['who']}."
