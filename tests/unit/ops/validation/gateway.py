"""A gateway on a real port, whose every answer a test can spoil."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "token-that-nobody-may-see"
USER = "6f1c9a52-0000-4000-8000-000000000001"


@dataclass
class Gateway:
    """Users by e-mail address, and the answers that a test spoils, by method and path."""

    users: set[str] = field(default_factory=set)
    spoiled: dict[str, list[Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def spoil(self, call: str, *answers: Response) -> None:
        """Answer the next calls so; the last answer stays."""
        self.spoiled[call] = list(answers)

    async def answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/api/v1")
        call = f"{request.method} {path}"
        self.asked.append(call)
        spoiled = self.spoiled.get(call)
        if spoiled is not None and len(spoiled) > 1:
            return spoiled.pop(0)
        if spoiled:
            return spoiled[0]
        return await self.right(call, request)

    async def right(self, call: str, request: Request) -> Response:
        if call in ("POST /auth/register", "POST /auth/login"):
            email = (await request.json())["email"]
            if call.endswith("login"):
                known = email in self.users
                return JSONResponse({"access_token": TOKEN}) if known else error(401)
            self.users.add(email)
            return JSONResponse({"id": USER, "email": email}, 201)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401)
        answers = {
            "GET /users/me": {"user_id": USER, "email": next(iter(self.users), "")},
            "POST /auth/validate": {"valid": True, "user_id": USER},
            "GET /airtable/bases": {"bases": []},
        }
        if call == f"DELETE /users/{USER}":
            self.users.clear()
            return Response(status_code=204)
        return JSONResponse(answers[call])


def error(status: int, code: str = "unauthorized", message: str = "No") -> Response:
    """An answer in the one shape of errors."""
    return JSONResponse({"error": {"code": code, "message": message, "request_id": "r"}}, status)


@contextmanager
def serving() -> Iterator[Gateway]:
    """Serve on a free port of the loopback."""
    gateway = Gateway()
    methods = ["GET", "POST", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", gateway.answer, methods=methods)])
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    gateway.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield gateway
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
