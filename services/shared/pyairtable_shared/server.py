"""Serving an application, and stopping so that no request is lost."""

from __future__ import annotations

import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from .readiness import Readiness

GRACE_SECONDS = 30


class _Server(uvicorn.Server):
    """Says 503 on /ready first, and stops to accept requests a little later."""

    def __init__(self, config: uvicorn.Config, drain: float, readiness: Readiness) -> None:
        super().__init__(config)
        self._drain, self._readiness = drain, readiness
        self._stop_at = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal stops at once."""
        # The parent's method would raise the signal again at the end: the exit code is to be 0.
        if self._readiness.stopping:
            self.should_exit = True
        self._readiness.stopping = True
        self._stop_at = time.monotonic() + self._drain

    async def on_tick(self, counter: int) -> bool:
        """Whether to end the main loop; asked several times a second."""
        if time.monotonic() >= self._stop_at:
            self.should_exit = True
        return await super().on_tick(counter)


def serve(app: FastAPI, port: int, drain: float, readiness: Readiness) -> None:
    """Serve until SIGTERM or SIGINT.

    Then /ready says 503 at once; requests are still taken for `drain` seconds, in which the
    router sees that and sends no more; those in flight then have 30 s to finish.
    """
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )
    _Server(config, drain, readiness).run()
