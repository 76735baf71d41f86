"""What the tests of automation-services share: the service, files of each type, an outside."""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from automation_services.application import application
from automation_services.settings import Settings
from docx import Document
from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .people import Person, new_email
from .running import Running, until_ready
from .surroundings import Surroundings, serving

T = TypeVar("T")
PATIENCE = 90.0
QUICK = {
    "SCHEDULER_INTERVAL": "0.2",
    "HOUSEKEEPING_INTERVAL": "0.2",
    "HEARTBEAT_INTERVAL": "0.2",
    "STALLED_AFTER": "1.5",
    "WORKFLOW_RETRY_SECONDS": "0.05",
    "WORKFLOW_ALLOWED_HOSTS": "127.0.0.1",
    "WORKER_GRACE": "1",
}


def newcomer(surroundings: Surroundings) -> Person:
    """Return somebody with a tenant, without the time that hashing a password takes."""
    email = new_email()
    with surroundings.superuser() as link:
        row = link.execute(
            "SELECT id::text, tenant_id::text FROM"
            " auth.create_account(%s, 'no password', NULL, NULL, 'A tenant')",
            (email,),
        ).fetchone()
    assert row is not None
    return Person(id=row[0], email=email, tenant_id=row[1])


@contextlib.asynccontextmanager
async def automation(
    surroundings: Surroundings, **variables: str
) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service in this process, with its worker; give a client of it."""
    environment = surroundings.environment("automation-services")
    settings = Settings.from_environment({**environment, **QUICK, **variables})
    async with serving(application(settings), surroundings.secret("api-key")) as client:
        yield client


def client_of(surroundings: Surroundings, replica: Running) -> httpx.AsyncClient:
    """Return a client of a process of its own, once that is ready."""
    until_ready(replica)
    headers = {"X-API-Key": surroundings.secret("api-key")}
    return httpx.AsyncClient(base_url=replica.url, headers=headers, timeout=60)


async def until(look: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    """Look again and again until what is seen is good; return it."""
    deadline = time.monotonic() + PATIENCE
    while not good(seen := await look()):
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.05)
    return seen


def step(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return a step."""
    return {"name": name, "kind": kind, **more}


async def create(
    client: httpx.AsyncClient, headers: dict[str, str], *steps: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Make a workflow."""
    body = {"name": "A workflow", "steps": list(steps), **more}
    answer = await client.post("/workflows", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def start(
    client: httpx.AsyncClient, headers: dict[str, str], workflow: dict[str, Any], **given: Any
) -> str:
    """Start a workflow by hand; return the path of the execution."""
    path = f"/workflows/{workflow['id']}"
    answer = await client.post(f"{path}/trigger", json={"input": given}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "queued"
    return f"{path}/executions/{answer.json()['id']}"


async def ended(client: httpx.AsyncClient, headers: dict[str, str], path: str) -> dict[str, Any]:
    """Wait until an execution has ended; return it with its steps."""

    async def look() -> dict[str, Any]:
        answer = await client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    return await until(look, lambda seen: seen["status"] not in ("queued", "running"))


async def ran(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    *steps: dict[str, Any],
    given: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Make a workflow, start it and wait for its end."""
    workflow = await create(client, headers, *steps, **more)
    return await ended(client, headers, await start(client, headers, workflow, **(given or {})))


@dataclass
class Outside:
    """A server that workflows call. calls: the requests, as path, headers and body."""

    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    failures: int = 0
    slow: float = 0.0

    @property
    def app(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PUT"])]
        )

    def named(self, path: str) -> int:
        """Return how often a path was called."""
        return sum(each == path for each, _, _ in self.calls)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.calls.append((path, dict(request.headers), await request.body()))
        if path == "/redirect":
            return RedirectResponse(request.query_params["to"])
        if path == "/big":
            return Response(b"x" * 300_000)
        if path == "/missing":
            return Response(status_code=404)
        if path == "/slow":
            began = time.monotonic()
            while time.monotonic() < began + self.slow:
                await asyncio.sleep(0.05)
        if path in ("/flaky", "/busy") and self.failures > 0:
            self.failures -= 1
            return Response(status_code=503 if path == "/flaky" else 429)
        return JSONResponse({"path": path, "number": len(self.calls)})


def docx(*paragraphs: str) -> bytes:
    """Return a Word file with paragraphs and a small table."""
    document = Document()
    for each in paragraphs:
        document.add_paragraph(each)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "left", "right"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def xlsx(*rows: tuple[Any, ...]) -> bytes:
    """Return an Excel file."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def pdf(text: str) -> bytes:
    """Return a PDF file of one page."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 24 Tf 20 200 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
