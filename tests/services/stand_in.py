"""A stand-in for the services behind the gateway, which tells what reaches it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BIG = bytes(range(256)) * 4096


class StandIn:
    """The application and what it has seen."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.pieces: list[tuple[float, int]] = []
        self.left: list[str] = []
        self.broken = False
        self.app = Starlette(
            routes=[
                Route("/users/slow", self.slow),
                Route("/users/moved", self.moved),
                Route("/users/cookies", self.cookies),
                Route("/users/zipped", self.zipped),
                Route("/users/tagged", self.tagged),
                Route("/files/big", self.big),
                Route("/files/upload", self.upload, methods=["POST"]),
                Route("/files/cut", self.cut),
                Route("/chat", self.chat),
                WebSocketRoute("/mcp/socket", self.socket),
                WebSocketRoute("/mcp/closing", self.closing),
                Route("/workflows/flaky", self.flaky, methods=METHODS),
                Route("/workflows/unrouted", self.unrouted),
                Route("/health", self.health),
                Route("/{path:path}", self.echo, methods=METHODS),
            ]
        )

    async def health(self, _: Request) -> Response:
        """Say that it lives."""
        return _named(JSONResponse({"status": "healthy"}))

    async def echo(self, request: Request) -> Response:
        """Tell what arrived."""
        body = await request.body()
        self.calls.append(request.url.path)
        seen = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": body.decode("latin-1"),
        }
        return _named(JSONResponse(seen))

    async def slow(self, _: Request) -> Response:
        """Answer too late."""
        await asyncio.sleep(3)
        return _named(JSONResponse({}))

    async def moved(self, request: Request) -> Response:
        """Redirect to a path of its own, with its own host name."""
        return _named(RedirectResponse(f"{request.base_url}users/1?a=b"))

    async def cookies(self, _: Request) -> Response:
        """Set two cookies, and claim to allow every origin."""
        response = Response(headers={"Access-Control-Allow-Origin": "*"})
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return _named(response)

    async def zipped(self, _: Request) -> Response:
        """Answer with a compressed body."""
        return _named(Response(gzip.compress(b"zip"), headers={"Content-Encoding": "gzip"}))

    async def tagged(self, request: Request) -> Response:
        """Answer 304 to whoever knows the tag."""
        known = request.headers.get("if-none-match") == '"t"'
        return _named(Response(status_code=304 if known else 200, headers={"ETag": '"t"'}))

    async def big(self, _: Request) -> Response:
        """Answer with a megabyte."""
        return _named(Response(BIG))

    async def upload(self, request: Request) -> Response:
        """Take a body piece by piece."""
        self.pieces.clear()
        digest = hashlib.sha256()
        async for piece in request.stream():
            if piece:
                self.pieces.append((time.monotonic(), len(piece)))
            digest.update(piece)
        return _named(JSONResponse({"sha256": digest.hexdigest()}))

    async def cut(self, _: Request) -> Response:
        """Break off in the middle."""

        async def pieces() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.sleep(0.05)
            raise ConnectionResetError

        return _named(StreamingResponse(pieces()))

    async def chat(self, _: Request) -> Response:
        """Send an event every 0.2 s, five at most."""

        async def events() -> AsyncIterator[bytes]:
            try:
                for number in range(5):
                    yield f"data: {number}\n\n".encode()
                    await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                self.left.append("chat")
                raise

        return _named(StreamingResponse(events(), media_type="text/event-stream"))

    async def socket(self, socket: WebSocket) -> None:
        """Tell who came, then send back what arrives."""
        await socket.accept("chat" if "chat" in socket.scope["subprotocols"] else None)
        await socket.send_json(dict(socket.headers))
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    self.left.append(f"socket {message['code']}")
                    return
                await socket.send(
                    {"type": "websocket.send", **{k: message[k] for k in message if k != "type"}}
                )
        except WebSocketDisconnect:
            self.left.append("socket")

    async def closing(self, socket: WebSocket) -> None:
        """Close at once, with a code of its own."""
        await socket.accept()
        await socket.close(4001, "enough")

    async def flaky(self, request: Request) -> Response:
        """Answer as the router does when no server is there, every first time."""
        self.calls.append(request.method)
        if self.broken or len(self.calls) % 2:
            return Response("<html>no server</html>", 503)
        return _named(JSONResponse({"attempts": len(self.calls)}))

    async def unrouted(self, _: Request) -> Response:
        """Answer as the router does for a service that it does not know."""
        return JSONResponse({"error": {"code": "unknown_service", "message": "No such"}}, 404)


def _named(response: Response) -> Response:
    """Mark an answer as a service's own: the router's have no such header."""
    response.headers["X-Request-ID"] = "of-the-service"
    return response


class Dropper:
    """Accepts connections and drops each after the request's first bytes, unanswered."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.seen: list[bytes] = []

    def run(self) -> None:
        """Serve until the listener is closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.seen.append(connection.recv(65536).split(b" ")[0])


@contextmanager
def dropping() -> Iterator[Dropper]:
    """Run a Dropper in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dropper = Dropper(listener)
        threading.Thread(target=dropper.run, daemon=True).start()
        yield dropper
        listener.shutdown(socket.SHUT_RDWR)
