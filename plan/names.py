"""The names of everything that a stack makes on a Docker Engine."""

from __future__ import annotations

from dataclasses import dataclass

from catalog import Network

PROJECT = "pyairtable"
STACK_LABEL = "com.pyairtable.stack"
COMPONENT_LABEL = "com.pyairtable.component"
SLOT_LABEL = "com.pyairtable.slot"
DIGEST_LABEL = "com.pyairtable.secrets-digest"

Filters = dict[str, str | list[str] | bool]
"""What docker-py takes to list only some objects."""

BLUE = "blue"
GREEN = "green"
SLOTS = (BLUE, GREEN)


def other(slot: str) -> str:
    """Return the slot that is not this one."""
    return GREEN if slot == BLUE else BLUE


def of_stack(stack: str) -> Filters:
    """Return the filters that list the objects of a stack."""
    return {"label": f"{STACK_LABEL}={stack}"}


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one stack's objects; two stacks never share one."""

    stack: str

    def of(self, thing: str) -> str:
        """Name of a container or volume, for example pyairtable-dev-postgres."""
        return f"{PROJECT}-{self.stack}-{thing}"

    def network(self, network: Network) -> str:
        """Name of a network."""
        return self.of(network.value)

    def slot(self, service: str, slot: str) -> str:
        """Name of a service's container in a slot."""
        return self.of(f"{service}-{slot}")

    def labels(self, component: str, slot: str | None = None) -> dict[str, str]:
        """Labels by which ops finds the objects of this stack."""
        labels = {STACK_LABEL: self.stack, COMPONENT_LABEL: component}
        return labels | {SLOT_LABEL: slot} if slot else labels
