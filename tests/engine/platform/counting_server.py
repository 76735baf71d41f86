"""A server that says which requests it was given, and dies over `/dies` where it is told to.

It is run inside a container, so it imports nothing of the project.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Counting(BaseHTTPRequestHandler):
    """Answers every method with its own name."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/ready":
            print("ran", self.command, self.headers.get("X-Request-ID"), flush=True)
        if self.path == "/dies" and sys.argv[1] == "green":
            os._exit(9)
        body = sys.argv[1].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *given: object) -> None:
        """Say nothing but which requests ran."""


ThreadingHTTPServer(("", 9000), Counting).serve_forever()
