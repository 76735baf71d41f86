"""An engine on a socket that tells its version, and answers all else as it is told to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulumi.runtime.proto import provider_pb2

from airgap.docker_provider.server import DockerProvider

from .docker_calls import Context, struct

VERSION = b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"ApiVersion":"1.41"}'
STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class SocketEngine(socketserver.ThreadingUnixStreamServer):
    """Serves at an address; answer: the bytes of each answer, after which it hangs up."""

    daemon_threads = True

    def __init__(self, path: Path, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[str] = []
        super().__init__(str(path), _Connection)

    @property
    def address(self) -> str:
        return f"unix://{self.server_address!s}"


class _Connection(socketserver.StreamRequestHandler):
    server: SocketEngine

    def handle(self) -> None:
        while line := self.rfile.readline():
            self.server.asked.append(line.decode())
            self._skip_the_rest()
            if b"/version" not in line:
                self.wfile.write(self.server.answer)
                return
            self.wfile.write(VERSION)

    def _skip_the_rest(self) -> None:
        length = 0
        while (header := self.rfile.readline().strip()) != b"":
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.rfile.read(length)


@contextmanager
def serving(path: Path, answer: bytes = b"") -> Iterator[SocketEngine]:
    """Serve until the end of the block."""
    with SocketEngine(path, answer) as engine:
        thread = threading.Thread(target=engine.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield engine
        finally:
            engine.shutdown()
            thread.join()


def provider_at(address: str) -> DockerProvider:
    """Return a provider that is configured for an engine."""
    made = DockerProvider("5.2.0", "")
    made.Configure(provider_pb2.ConfigureRequest(args=struct({"host": address})), Context())
    return made
