"""A file on its way from the browser to the gateway: checked, then passed on as it arrives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import Request
from pyairtable_shared.errors import ApiError
from starlette.requests import ClientDisconnect

from .forms import TOKEN_FIELD, check_origin, check_token
from .site import Site

# Our forms send the token first; it and its head are shorter than this.
MOST_HEAD_BYTES = 8192
DRAIN_SECONDS = 3.0
_BOUNDARY = re.compile(r'^multipart/form-data;\s*boundary="?([A-Za-z0-9\'()+_,./:=?-]{1,70})"?$')


class Upload:
    """A form with a file. Its first part, the token, is taken off; the rest is not touched."""

    def __init__(
        self, stream: AsyncIterator[bytes], content_type: str, rest: bytes, length: int | None
    ) -> None:
        self._rest = rest
        self.headers = {"Content-Type": content_type}
        if length is not None:
            self.headers["Content-Length"] = str(length)
        self._stream = stream

    @classmethod
    async def begin(cls, request: Request, site: Site) -> Upload:
        """Read up to the file and check whose form it is. Raises ApiError 403, 415 and 422."""
        check_origin(request)
        content_type = request.headers.get("content-type", "")
        found = _BOUNDARY.match(content_type)
        if found is None:
            raise ApiError(415, "unsupported_type", "Send the file by the form of this page")
        boundary = b"--" + found[1].encode()
        stream = request.stream()
        head, at = bytearray(), -1
        async for chunk in stream:
            head += chunk
            at = head.find(b"\r\n" + boundary, len(boundary))
            if at >= 0 or len(head) > MOST_HEAD_BYTES + len(chunk):
                break
        if not 0 <= at <= MOST_HEAD_BYTES or not head.startswith(boundary):
            raise ApiError(422, "unreadable_form", "The form cannot be read")
        check_token(request, site, _token(bytes(head[:at])))
        rest = bytes(head[at + 2 :])
        length = request.headers.get("content-length", "")
        left = int(length) - at - 2 if length.isdigit() else None
        return cls(stream, content_type, rest, left)

    async def content(self) -> AsyncIterator[bytes]:
        """Give the rest of the form as it arrives."""
        yield self._rest
        async for chunk in self._stream:
            if chunk:
                yield chunk

    async def drain(self) -> None:
        """Read on for a moment after a refusal: a browser that still writes does not see it."""
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(DRAIN_SECONDS):
                async for _ in self._stream:
                    continue


def _token(part: bytes) -> str:
    head, _, value = part.partition(b"\r\n\r\n")
    named = f'name="{TOKEN_FIELD}"'.encode()
    return value.decode("ascii", "replace") if named in head else ""
