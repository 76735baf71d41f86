"""Keeps a container on its networks: the provider connects it only when it makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docker.errors import APIError, NotFound

from plan.container import Container

from . import engine
from .health import NotHealthy
from .recorder import Watch
from .site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Connects a container again to networks that somebody took it from or removed by hand.

    name: of the container in the stack. aliases: its DNS names, by name of the network.
    address: of the Docker Engine. then: what is looked at next, with the same arguments.
    """

    name: str
    aliases: Mapping[str, tuple[str, ...]]
    address: str
    then: Callable[[str, Watch], None]

    def wait(self, container_id: str, watch: Watch) -> None:
        """See to the networks, then look at the rest. Raises NotHealthy when one is not to be had.

        A removed network has been made again before this is asked.
        """
        client = engine.client(self.address)
        try:
            attributes = client.containers.get(container_id).attrs
        except NotFound:
            # Who waits for its health says so.
            return self.then(container_id, watch)
        on = attributes["NetworkSettings"]["Networks"]
        for network in sorted(set(self.aliases) - set(on)):
            try:
                client.networks.get(network).connect(
                    container_id, aliases=list(self.aliases[network]) or None
                )
            except APIError as error:
                raise NotHealthy(
                    f"{self.name} was taken from network {network} and could not be put back: "
                    f"{error.explanation or error}. Run the same command again."
                ) from error
            watch.progress.step(f"{self.name} is back on network {network}")
        return self.then(container_id, watch)


def aliases(spec: Container, name: str, site: Site) -> dict[str, tuple[str, ...]]:
    """Return the DNS names of a container by name of the network. name: in the stack."""
    slot = (name,) if name != spec.name else ()
    return {site.names.network(each.network): (*each.aliases, *slot) for each in spec.networks}
