"""Whether a file's content is what its extension says."""

from __future__ import annotations

import codecs
import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import filetype  # type: ignore[import-untyped]
from pyairtable_shared.errors import ApiError

from ..sandbox.extract import guard_parts
from ..sandbox.runner import Refused

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": f"{_OPEN_XML}wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": f"{_OPEN_XML}spreadsheetml.sheet",
}
_MAIN_PARTS = {"docx": f"{TYPES['docx']}.main+xml", "xlsx": f"{TYPES['xlsx']}.main+xml"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_HEAD_BYTES = 8192
# What text has of the control characters: tab, line feed, form feed, carriage return.
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13})
_MOST_TYPES = 1 << 20


class Content:
    """Looks at a file's bytes while they arrive."""

    def __init__(self, extension: str) -> None:
        self._extension = extension
        self._head, self._tail = b"", b""
        self._word = False
        self._text = codecs.getincrementaldecoder("utf-8")()

    @property
    def packed(self) -> bool:
        """Whether the whole file must be seen at the end, since it is an archive."""
        return self._extension in _MAIN_PARTS

    def feed(self, data: bytes) -> None:
        """Look at the next bytes. Raises ApiError 422 when they do not fit the extension."""
        if len(self._head) < _HEAD_BYTES:
            self._head += data[: _HEAD_BYTES - len(self._head)]
        if self._extension == "doc" and not self._word:
            self._word = _WORD_STREAM in self._tail + data
            self._tail = data[-len(_WORD_STREAM) :]
        if self._extension in ("txt", "csv"):
            self._decode(data, final=False)

    def end(self, whole: bytes = b"") -> None:
        """Decide. whole: all bytes of an archive. Raises ApiError 422."""
        if self._extension in ("txt", "csv"):
            self._decode(b"", final=True)
        found = filetype.guess_extension(self._head) if self._head else None
        if not self._fits(found, whole):
            raise wrong_content(self._extension)

    def _fits(self, found: str | None, whole: bytes) -> bool:
        if self._extension == "pdf":
            return found == "pdf"
        if self._extension == "doc":
            return self._head.startswith(_OLE) and self._word
        if self.packed:
            return found in ("zip", "docx", "xlsx") and _has_part(
                whole, _MAIN_PARTS[self._extension]
            )
        return bool(self._head)

    def _decode(self, data: bytes, *, final: bool) -> None:
        try:
            self._text.decode(data, final)
        except UnicodeDecodeError:
            raise wrong_content(self._extension) from None
        if len(data.translate(None, _CONTROL)) != len(data):
            raise wrong_content(self._extension)


def _has_part(whole: bytes, wanted: str) -> bool:
    """Whether an archive says that it has a part of a type. Raises ApiError 422 for a bomb."""
    try:
        with ZipFile(BytesIO(whole)) as archive:
            guard_parts(archive)
            listed = archive.getinfo("[Content_Types].xml")
            if listed.file_size > _MOST_TYPES:
                return False
            types = archive.read(listed)
    except Refused as error:
        raise ApiError(422, "file_unpacks_too_large", str(error)) from error
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, zlib.error):
        return False
    # Said as an attribute; the library that reads the file does the rest.
    return any(f"{quote}{wanted}{quote}".encode() in types for quote in ("'", '"'))


def wrong_content(extension: str) -> ApiError:
    """The error for a file that is not what its name says."""
    message = f"The content is not that of a .{extension} file"
    return ApiError(422, "file_content_mismatch", message)
