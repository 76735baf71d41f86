"""The addresses of names, also while nobody tells them."""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.abc import ResolveResult


class LastKnown(aiohttp.ThreadedResolver):
    """Resolves names, and by what was last found where no answer is to be had.

    The names of containers are told by the Docker Engine, which may be away while they all run
    ("Live restore"). An address that is no longer true refuses the connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int, int], list[ResolveResult]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises OSError when none was ever found."""
        asked = (host, port, family)
        try:
            self._last[asked] = await super().resolve(host, port, family)
        except OSError:
            if asked not in self._last:
                raise
        return self._last[asked]
