"""The routes of files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import modelled, tagged
from pyairtable_shared.service_auth import Caller, caller
from starlette.responses import Response

from ..answers import errors
from .kinds import TYPES
from .models import File, FilePage, FileText, Status
from .multipart import FIELD
from .names import attachment
from .storage import FileStorage
from .uploads import Uploads

Who = Annotated[Caller, Depends(caller)]
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_BINARY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {
            kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for kind in TYPES.values()
        },
    },
    304: {"description": "The client has it already"},
}


def files_router(storage: FileStorage, uploads: Uploads) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/files", tags=["files"], responses=errors(401))

    @routes.post(
        "",
        status_code=201,
        response_model=File,
        responses=errors(413, 415, 422),
        openapi_extra=_FORM,
    )
    async def upload_file(request: Request, who: Who) -> Any:
        """Take a file in; its text is read afterwards."""
        return await uploads.take(who, request)

    @routes.get("", response_model=FilePage, responses=errors(422))
    async def list_files(
        request: Request,
        who: Who,
        status: Status | None = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Return one page of the tenant's files, newest first."""
        found, total = await storage.page(who, status, page, page_size)
        body = {"files": found, "total": total, "page": page, "page_size": page_size}
        return modelled(request, FilePage, body)

    @routes.get("/{file_id}", response_model=File, responses=errors(404, 422))
    async def get_file(file_id: UUID, request: Request, who: Who) -> Response:
        """Return what is known of a file."""
        return modelled(request, File, await _existing(storage, who, file_id))

    @routes.delete("/{file_id}", status_code=204, responses=errors(404, 422))
    async def delete_file(file_id: UUID, who: Who) -> None:
        """Remove a file with its text."""
        if not await storage.delete(who, file_id):
            raise _no_such_file()

    @routes.get(
        "/{file_id}/download",
        response_class=StreamingResponse,
        responses={**_BINARY, **errors(404, 422)},
    )
    async def download_file(file_id: UUID, request: Request, who: Who) -> Response:
        """Return the file itself."""
        file = await _existing(storage, who, file_id)
        headers = {
            "ETag": f'"{file["digest"]}"',
            "Cache-Control": "private, no-cache",
            "Content-Disposition": attachment(file["name"]),
            "X-Content-Type-Options": "nosniff",
        }
        known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
        if known & {headers["ETag"], f"W/{headers['ETag']}", "*"}:
            return Response(status_code=304, headers=headers)
        headers["Content-Length"] = str(file["size"])
        return StreamingResponse(
            _chunks(storage, who, file), headers=headers, media_type=file["content_type"]
        )

    @routes.get("/{file_id}/text", response_model=FileText, responses=errors(404, 409, 422))
    async def get_file_text(file_id: UUID, request: Request, who: Who) -> Response:
        """Return the text of a file. 409 while it is not read, or when it cannot be."""
        file = await _existing(storage, who, file_id)
        if file["status"] == "failed":
            raise ApiError(409, "text_unavailable", f"The text was not read. {file['reason']}")
        text = await storage.text(who, file_id)
        if text is None:
            raise ApiError(409, "text_pending", "The text is not read yet")
        body = {"id": str(file_id), "text": text, "truncated": file["text_truncated"]}
        return tagged(request, body)

    return routes


async def _existing(storage: FileStorage, who: Caller, file_id: UUID) -> dict[str, Any]:
    found = await storage.get(who, file_id)
    if found is None:
        raise _no_such_file()
    return found


async def _chunks(storage: FileStorage, who: Caller, file: dict[str, Any]) -> AsyncIterator[bytes]:
    left, position = int(file["size"]), 0
    while left > 0:
        data = await storage.chunk(who, file["id"], position)
        if data is None:
            # The head is sent: only cutting the connection says that it was removed.
            raise ConnectionError("the file was removed")
        left, position = left - len(data), position + 1
        yield data


def _no_such_file() -> ApiError:
    return ApiError(404, "file_not_found", "There is no such file")
