"""A multipart body as a stream: one file, piece by piece, never whole in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from email.message import Message

from pyairtable_shared.errors import ApiError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser
from starlette.requests import ClientDisconnect, Request

FIELD = "file"
# Boundary, headers and what browsers add, beside the file itself.
OVERHEAD_BYTES = 16_384
_DRAIN_FACTOR = 2
_DRAIN_SECONDS = 1.0


class OneFile:
    """The file of a request. name: as it was given, known before the first piece."""

    def __init__(self, request: Request, most: int) -> None:
        self._request, self._most = request, most
        self._name: str | None = None
        self._header, self._value = b"", b""
        self._disposition = b""
        self._pieces: list[bytes] = []
        self._files, self._ended = 0, False
        self._parser = MultipartParser(
            _boundary(request),
            {
                "on_part_begin": self._begin,
                "on_header_begin": self._header_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    @property
    def name(self) -> str:
        """The file's name. Raises ApiError 422 when there is none."""
        if not self._name:
            raise _malformed(f"The form must have one file, in a field named {FIELD}")
        return self._name

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The file's bytes. Raises ApiError 413 as soon as they are too many, 422."""
        total, kept = 0, 0
        length = self._request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self._most + OVERHEAD_BYTES:
            raise too_large(self._most)
        try:
            async for chunk in self._request.stream():
                total += len(chunk)
                self._parse(chunk)
                for piece in self._pieces:
                    kept += len(piece)
                    if kept > self._most:
                        raise too_large(self._most)
                    yield piece
                self._pieces.clear()
                if total > self._most + OVERHEAD_BYTES:
                    raise too_large(self._most)
        except ClientDisconnect:
            raise _malformed("The upload was broken off") from None
        if not self._ended:
            raise _malformed("The form is not complete")
        if self._files != 1:
            raise _malformed(f"The form must have one file, in a field named {FIELD}")

    async def drain(self) -> None:
        """Read on for a moment after a refusal: a client that still writes sees no answer."""
        left = self._most * _DRAIN_FACTOR
        # RuntimeError: all of it was read.
        with contextlib.suppress(ClientDisconnect, TimeoutError, RuntimeError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for chunk in self._request.stream():
                    left -= len(chunk)
                    if left < 0:
                        return

    def _parse(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed("The form is malformed") from error

    def _begin(self) -> None:
        self._disposition = b""

    def _header_begin(self) -> None:
        self._header, self._value = b"", b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value

    def _headers_finished(self) -> None:
        field, name = _named(self._disposition)
        if field != FIELD or name is None or self._files:
            raise _malformed(f"The form must have one file, in a field named {FIELD}")
        self._files, self._name = 1, name

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._ended = True


def _boundary(request: Request) -> bytes:
    message = Message()
    message["Content-Type"] = request.headers.get("content-type", "")
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise ApiError(415, "unsupported_media_type", "Send the file as multipart/form-data")
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise _malformed("The form's boundary is malformed")
    return boundary.encode()


def _named(disposition: bytes) -> tuple[str | None, str | None]:
    """Return the field's name and the file's of a Content-Disposition."""
    message = Message()
    message["Content-Disposition"] = disposition.decode("utf-8", "replace").replace("\n", " ")
    field = message.get_param("name", header="content-disposition")
    return (field if isinstance(field, str) else None), message.get_filename()


def too_large(most: int) -> ApiError:
    """The error for a file that is too large."""
    return ApiError(413, "file_too_large", f"A file may have {most} bytes")


def _malformed(message: str) -> ApiError:
    return ApiError(422, "invalid_upload", message)
