"""Style sheets, scripts and pictures, named by their content so that browsers keep them."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from pyairtable_shared.errors import ApiError
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. digest: of its content."""

    content: bytes
    zipped: bytes
    media_type: str
    digest: str


class Assets:
    """All files of a folder, in memory."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._assets = {path.name: _asset(path) for path in sorted(folder.iterdir())}

    def url(self, name: str) -> str:
        """Return where a file is. Raises KeyError when there is none."""
        stem, _, kind = name.rpartition(".")
        return f"/static/{stem}.{self._assets[name].digest}.{kind}"

    def answer(self, request: Request, asked: str) -> Response:
        """Return a file. Raises ApiError 404.

        Asked for by another release's digest, which the browser met at the other slot, it is
        sent as it is here, and not to be kept.
        """
        name, digest = _split(asked)
        asset = self._assets.get(name)
        if asset is None:
            raise ApiError(404, "not_found", "There is no such file")
        tag = f'"{asset.digest}"'
        headers = {
            "ETag": tag,
            "Cache-Control": _FOREVER if digest == asset.digest else _BRIEFLY,
            "Vary": "Accept-Encoding",
        }
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.zipped, headers=headers, media_type=asset.media_type)
        return Response(asset.content, headers=headers, media_type=asset.media_type)

    def router(self) -> APIRouter:
        """Return the route of the files."""
        router = APIRouter(include_in_schema=False)

        @router.get("/static/{asked}")
        async def static(asked: str, request: Request) -> Response:
            """Send a file."""
            return self.answer(request, asked)

        @router.get("/favicon.ico")
        async def favicon(request: Request) -> Response:
            """Send the icon to those who ask without reading the page."""
            return self.answer(request, "icon.svg")

        return router


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, 9, mtime=0)
    return Asset(content, zipped, kind, hashlib.sha256(content).hexdigest()[:16])


def _split(asked: str) -> tuple[str, str]:
    parts = asked.split(".")
    return (f"{parts[0]}.{parts[2]}", parts[1]) if len(parts) == 3 else (asked, "")
