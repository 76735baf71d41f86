"""Whose a stack's name is on one Docker Engine: of one checkout, or rather of one state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .names import Names

OWNER = "owner"
"""The mark: an empty volume of the stack, whose labels say which state holds the name."""
ID_LABEL = "com.pyairtable.owner"
PLACE_LABEL = "com.pyairtable.owner-place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who holds a stack's name on an engine.

    id: of the state. place: of the checkout that took the name, for people. since: RFC 3339.
    """

    id: str
    place: str = ""
    since: str = ""

    def labels(self, names: Names) -> dict[str, str]:
        """Return the labels of this owner's mark."""
        return names.labels(OWNER) | {ID_LABEL: self.id, PLACE_LABEL: self.place}

    def __str__(self) -> str:
        return ", ".join(part for part in (self.place, self._since) if part)

    @property
    def _since(self) -> str:
        return f"since {self.since[:19]}" if self.since else ""


def read(labels: Mapping[str, str] | None, since: str) -> Owner:
    """Return the owner that a mark names. labels, since: as the engine tells them of a volume."""
    found = labels or {}
    return Owner(id=found.get(ID_LABEL, ""), place=found.get(PLACE_LABEL, ""), since=since)


def refusal(stack: str, owner: Owner | None) -> str:
    """Return the paragraph that says that another holds the name, and what to do.

    owner: None where nobody has marked what is there.
    """
    told = f" ({owner})" if owner and str(owner) else ""
    return (
        f"This Docker Engine already holds stack {stack} of another checkout{told}. Nothing was "
        "touched. To run beside it, take another name and ports: STACK=NAME, with "
        "entry.gatewayPort and entry.frontendPort set for it. When that checkout or its .state "
        f"folder is gone, `platformctl adopt --stack {stack}` takes the name over and keeps the "
        "data."
    )
