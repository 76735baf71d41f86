"""A stand-in for api-gateway, as far as the web interface uses it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

PASSWORD = "Test123!"
FILE_ID = str(uuid.uuid4())
CHAT_ID = str(uuid.uuid4())
WORKSPACE_ID = str(uuid.uuid4())
FIELDS = [
    {"id": "fld1", "name": "Title", "type": "singleLineText"},
    {"id": "fld2", "name": "Estimate", "type": "number", "options": {"precision": 1}},
    {"id": "fld3", "name": "Done", "type": "checkbox"},
    {"id": "fld4", "name": "Due", "type": "dateTime"},
    {"id": "fld5", "name": "Sum", "type": "formula"},
]
TABLE = {"id": "tblTasks", "name": "Tasks", "primary_field_id": "fld1", "fields": FIELDS}
RECORD: dict[str, Any] = {
    "id": "recOne",
    "createdTime": "2026-01-01T00:00:00.000Z",
    "fields": {
        "Title": "<b>First</b>",
        "Estimate": 2.5,
        "Done": True,
        "Due": "2026-01-20T17:00:42.000Z",
        "Sum": 3,
    },
}


class GatewayStandIn:
    """The application, what it has seen, and how it is to behave."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.bodies: list[Any] = []
        self.valid: set[str] = set()
        self.refreshes: list[str] = []
        self.used: set[str] = set()
        self.lasting = 900
        self.away: set[str] = set()
        self.pieces: list[float] = []
        self.upload_digest = ""
        self.chat_left = asyncio.Event()
        self.left = 0
        path = "/api/v1"
        self.app = Starlette(
            routes=[
                Route("/health", lambda _: JSONResponse({"status": "healthy"})),
                Route(f"{path}/status", self.status),
                Route(f"{path}/auth/register", self.register, methods=["POST"]),
                Route(f"{path}/auth/login", self.login, methods=["POST"]),
                Route(f"{path}/auth/refresh", self.refresh, methods=["POST"]),
                Route(f"{path}/auth/logout", self.logout, methods=["POST"]),
                Route(f"{path}/files", self.upload, methods=["POST"]),
                Route(f"{path}/files/{FILE_ID}/download", self.download),
                Route(f"{path}/llm/chat", self.chat, methods=["POST"]),
                Route("/{path:path}", self.other, methods=["GET", "POST", "PATCH", "DELETE"]),
            ]
        )

    def sent(self, path: str) -> list[Any]:
        """Return the bodies that came to a path."""
        pairs = zip(self.seen, self.bodies, strict=True)
        return [body for request, body in pairs if request.url.path == f"/api/v1{path}"]

    async def status(self, _: Request) -> Response:
        """Give the health matrix."""
        healthy = {"status": "healthy", "latency_ms": 1.5}
        services = {"auth-service": healthy, "mcp-server": {"status": "not_deployed"}}
        return JSONResponse(
            {"status": "healthy", "services": services, "stores": {"redis": healthy}}
        )

    async def register(self, request: Request) -> Response:
        """Take everybody but one."""
        body = await self._note(request)
        if body["email"] == "taken@example.com":
            return refused(409, "email_taken", "There is an account with this e-mail")
        return JSONResponse({"id": "1", "email": body["email"]}, 201)

    async def login(self, request: Request) -> Response:
        """Give tokens for the one password."""
        body = await self._note(request)
        if body["password"] != PASSWORD:
            return refused(401, "invalid_credentials", "E-mail or password is wrong")
        return JSONResponse(self.tokens(body["email"]))

    async def refresh(self, request: Request) -> Response:
        """Give new tokens, once for each refresh token."""
        token = (await self._note(request))["refresh_token"]
        self.refreshes.append(token)
        await asyncio.sleep(0.1)
        if token in self.used:
            self.valid.clear()
            return refused(401, "invalid_refresh_token", "Sign in again")
        self.used.add(token)
        return JSONResponse(self.tokens(token.partition(":")[2]))

    async def logout(self, request: Request) -> Response:
        """End the token that comes."""
        await self._note(request)
        self.valid.discard(bearer(request))
        return Response(status_code=204)

    def tokens(self, email: str) -> dict[str, Any]:
        """Return new tokens."""
        claims = {"sub": str(uuid.uuid4()), "tenant_id": str(uuid.uuid4()), "email": email}
        middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        access = f"head.{middle}.{uuid.uuid4().hex}"
        self.valid.add(access)
        return {
            "access_token": access,
            "refresh_token": f"{uuid.uuid4().hex}:{email}",
            "token_type": "Bearer",
            "expires_in": self.lasting,
        }

    async def upload(self, request: Request) -> Response:
        """Take a file piece by piece."""
        if bearer(request) not in self.valid:
            return unauthorized()
        self.pieces.clear()
        body = bytearray()
        async for piece in request.stream():
            if piece:
                self.pieces.append(time.monotonic())
            body += piece
        assert int(request.headers["content-length"]) == len(body)
        start = body.index(b"\r\n\r\n") + 4
        end = body.rindex(b"\r\n--")
        self.upload_digest = hashlib.sha256(body[start:end]).hexdigest()
        if b'name="csrf"' in body:
            return refused(422, "invalid_upload", "The form must have one file")
        return JSONResponse({"id": FILE_ID}, 201)

    async def download(self, request: Request) -> Response:
        """Send something that would be dangerous as a page."""
        return Response("<script>alert(1)</script>", media_type="text/html")

    async def chat(self, request: Request) -> Response:
        """Answer at once, or in five events."""
        body = await self._note(request)
        if bearer(request) not in self.valid:
            return unauthorized()
        if not body["stream"]:
            return JSONResponse({"response": "Hello", "session_id": CHAT_ID})

        async def events() -> AsyncIterator[str]:
            try:
                for number in range(50):
                    yield f'event: token\ndata: {{"text": "{number} "}}\n\n'
                    await asyncio.sleep(0.1)
            except asyncio.CancelledError:
                self.left += 1
                raise

        return StreamingResponse(events(), media_type="text/event-stream")

    async def other(self, request: Request) -> Response:
        """Answer what is asked for with a valid token."""
        await self._note(request)
        path = request.url.path.removeprefix("/api/v1")
        if bearer(request) not in self.valid:
            return unauthorized()
        if any(path.startswith(each) for each in self.away):
            return refused(503, "upstream_unavailable", "It does not answer.")
        if request.method == "DELETE":
            return Response(status_code=204)
        answer = ANSWERS.get(path)
        if answer is None:
            return refused(404, "not_found", "There is nothing at this path.")
        return JSONResponse(answer)

    async def _note(self, request: Request) -> Any:
        body = await request.body()
        self.seen.append(request)
        self.bodies.append(json.loads(body) if body else None)
        return self.bodies[-1]


ANSWERS: dict[str, Any] = {
    "/airtable/bases": {"bases": [{"id": "app1", "name": "Base", "permission_level": "create"}]},
    "/airtable/bases/app1/tables": {"tables": [TABLE]},
    "/airtable/bases/app1/tables/tblTasks/records": {"records": [RECORD], "offset": "next/1"},
    "/airtable/bases/app1/tables/tblTasks/records/recOne": RECORD,
    "/workspaces": {
        "workspaces": [{"id": WORKSPACE_ID, "name": "Team", "description": None}],
        "total": 1,
        "id": WORKSPACE_ID,
    },
    f"/workspaces/{WORKSPACE_ID}": {"odd": True},
    f"/files/{FILE_ID}": {"id": FILE_ID, "name": 'a "b"\r\n.html'},
    "/files": {"files": [], "total": 0},
    "/workflows": {"workflows": [], "total": 0},
    "/llm/sessions": {"sessions": []},
    f"/llm/sessions/{CHAT_ID}": {
        "messages": [{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "<i>Hello</i>"}]
    },
}


def bearer(request: Request) -> str:
    """Return the token of a request."""
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def unauthorized() -> Response:
    """Refuse a token."""
    return refused(401, "token_invalid", "The access token is not valid any more.")


def refused(status: int, code: str, message: str) -> Response:
    """Return an error as the gateway has them."""
    return JSONResponse({"error": {"code": code, "message": message, "request_id": "r"}}, status)
