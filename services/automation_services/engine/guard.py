"""Which hosts a workflow may call: those of the public internet, and those that are listed."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from .failures import MayPass, StepFailed

# Addresses that carry one of IPv4 in their last 32 bits.
_TRANSLATED = IPv6Network("64:ff9b::/96")


class Guard:
    """Says to which address a request goes. allowed: `host` or `host:port`, in any network."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed)

    async def address(self, host: str, port: int) -> str | None:
        """Return the address to connect to, None for a listed host, which needs none.

        The name is looked up once, here: a second look-up could answer with another address.
        Raises StepFailed for a private address, MayPass when there is none.
        """
        if {host.lower(), f"{host.lower()}:{port}"} & self._allowed:
            return None
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            raise MayPass(f"The host {host} was not found") from error
        addresses = [str(each[4][0]).partition("%")[0] for each in found]
        if not addresses or not all(public(each) for each in addresses):
            raise StepFailed(f"The host {host} is in a network that may not be called")
        return addresses[0]


def public(address: str) -> bool:
    """Whether an address is one of the public internet, whatever it is written as."""
    given = ip_address(address)
    inner = _inner(given) if isinstance(given, IPv6Address) else None
    return all(
        each.is_global and not each.is_multicast and not each.is_reserved
        for each in (given, inner)
        if each is not None and not (each is given and inner is not None)
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
