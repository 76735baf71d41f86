"""Files: upload, state, text, download, delete."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..api import Api
from ..forms import SentForm
from ..gateway import Call, GatewayError
from ..pages import go, page, part
from ..site import User, site_of
from ..streams import passed_on
from ..uploads import Upload

router = APIRouter(include_in_schema=False, prefix="/files")

PAGE_SIZE = 20
UPLOAD_SECONDS = 600.0
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("")
async def files(request: Request, user: User, number: PageNumber = 1) -> Response:
    """List the files."""
    return await _list(request, user, number)


@router.post("")
async def upload(request: Request, user: User) -> Response:
    """Take a file; it is never whole in memory here."""
    sent = await Upload.begin(request, site_of(request))
    call = Call(
        method="POST",
        path="/files",
        content=sent.content(),
        headers=sent.headers,
        seconds=UPLOAD_SECONDS,
    )
    try:
        made = await user.call(call)
    except GatewayError as error:
        await sent.drain()
        if error.away:
            raise
        return await _list(request, user, 1, error)
    return go(f"/files/{made['id']}", "uploaded")


@router.get("/{file}")
async def file(file: UUID, request: Request, user: User) -> Response:
    """Show a file, its state and its text."""
    found = await user.get(f"/files/{file}")
    text = await part(user.get(f"/files/{file}/text"))
    return page(request, "file.html", file=found, text=text)


@router.get("/{file}/download")
async def download(file: UUID, user: User) -> Response:
    """Send a file, always to be saved and never shown as a page of ours."""
    found = await user.get(f"/files/{file}")
    answer = await user.open(
        Call(method="GET", path=f"/files/{file}/download", headers={"Accept-Encoding": "identity"})
    )
    name = quote(str(found.get("name") or found.get("filename") or file), safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    if "content-length" in answer.headers:
        headers["Content-Length"] = answer.headers["content-length"]
    return passed_on(answer, "application/octet-stream", headers)


@router.post("/{file}/delete")
async def delete(file: UUID, user: User, form: SentForm) -> Response:
    """Delete a file."""
    await user.send("DELETE", f"/files/{file}")
    return go("/files", "file-deleted")


async def _list(
    request: Request, user: Api, number: int, error: GatewayError | None = None
) -> Response:
    found = await user.get("/files", page=number, page_size=PAGE_SIZE)
    return page(
        request,
        "files.html",
        error.status if error else 200,
        files=found["files"],
        total=found["total"],
        number=number,
        size=PAGE_SIZE,
        error=error,
    )
