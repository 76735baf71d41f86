"""Where requests come from: the peer, or whom a trusted proxy names."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Iterable
from typing import Any

from .domain.headers import Origin, RawHeaders

NAMES_SECONDS = 10.0

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _as_network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def header(headers: RawHeaders, name: bytes) -> str | None:
    """The last value of a header, None when it is absent."""
    for key, value in reversed(headers):
        if key == name:
            return value.decode("latin-1")
    return None


class Clients:
    """Tells clients apart. trusted: names, addresses and networks of proxies."""

    def __init__(self, trusted: Iterable[str]) -> None:
        parsed = {text: _as_network(text) for text in trusted}
        self._networks = [network for network in parsed.values() if network is not None]
        self._names = [text for text, network in parsed.items() if network is None]
        self._resolved: frozenset[str] = frozenset()
        self._until = 0.0
        self._peers: dict[str, bool] = {}

    async def origin(self, scope: Any) -> Origin:
        """Where a request came from, as far as it can be believed."""
        headers: RawHeaders = scope["headers"]
        peer = scope["client"][0] if scope.get("client") else ""
        origin = Origin(peer, scope["scheme"], header(headers, b"host") or "")
        if not await self.trusts(peer):
            return origin
        # The last entry is the proxy's own; those before it came from the client.
        named = (header(headers, b"x-forwarded-for") or "").rpartition(",")[2].strip()
        scheme = header(headers, b"x-forwarded-proto") or origin.scheme
        return Origin(named or peer, scheme, origin.host)

    async def trusts(self, peer: str) -> bool:
        """Whether the peer is one of the proxies."""
        now = time.monotonic()
        if now >= self._until:
            self._until = now + NAMES_SECONDS
            self._resolved = await self._resolve()
            self._peers.clear()
        known = self._peers.get(peer)
        if known is None:
            known = self._peers[peer] = peer in self._resolved or self._in_networks(peer)
        return known

    def _in_networks(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    async def _resolve(self) -> frozenset[str]:
        loop = asyncio.get_running_loop()
        found: set[str] = set()
        for name in self._names:
            try:
                found.update(str(info[4][0]) for info in await loop.getaddrinfo(name, None))
            except OSError:
                # A name that means nothing here is nobody's: nothing is trusted for it.
                continue
        return frozenset(found)
