"""Request bodies on their way through: small ones kept, large ones streamed, none too large."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from pyairtable_shared.errors import ApiError
from starlette.types import Receive

from .clients import header
from .domain.headers import RawHeaders

KEPT_BYTES = 65536
"""Bodies up to this size are read whole, so that a request can be sent again."""

DRAIN_SECONDS = 1.0


class ClientGone(Exception):
    """The client went away before its request was complete."""


class RequestBody:
    """A request's body. limit: bytes that it may have at most."""

    def __init__(self, headers: RawHeaders, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        length = header(headers, b"content-length")
        self._length = int(length) if length is not None and length.isdigit() else None
        self._chunked = header(headers, b"transfer-encoding") is not None
        self._kept: bytes | None = None
        self.refused = False
        self.gone = False

    @property
    def streamed(self) -> bool:
        """Whether it is passed on while it arrives, and so can be sent only once."""
        return self._chunked or (self._length or 0) > KEPT_BYTES

    async def prepare(self) -> None:
        """Read a small body. Raises ApiError 413 for a large one that says so, ClientGone."""
        if self._length is not None and self._length > self._limit:
            await self._drain()
            raise too_large(self._limit)
        if self._length and not self.streamed:
            self._kept = b"".join([chunk async for chunk in self._chunks()])

    def data(self) -> bytes | AsyncIterator[bytes] | None:
        """What to send: all of it, a stream of it, or None when there is no body."""
        return self._chunks() if self.streamed else self._kept

    async def _chunks(self) -> AsyncIterator[bytes]:
        total, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                raise ClientGone
            chunk, more = message.get("body", b""), message.get("more_body", False)
            total += len(chunk)
            if total > self._limit:
                self.refused = True
                raise too_large(self._limit)
            if chunk:
                yield chunk

    async def refuse(self) -> ApiError:
        """The error for a body that turned out too large, when the client is ready to read it."""
        await self._drain()
        return too_large(self._limit)

    async def _drain(self) -> None:
        """Read on for a moment: a client that still writes does not see the answer."""
        total = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while total <= 4 * self._limit:
                    message = await self._receive()
                    total += len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body"):
                        return
        except TimeoutError:
            return


def too_large(limit: int) -> ApiError:
    """The error for a body over the limit, in bytes. The connection is closed after it."""
    return ApiError(
        413,
        "body_too_large",
        f"The request's body is larger than the {limit} bytes that are allowed.",
        {"Connection": "close"},
    )
