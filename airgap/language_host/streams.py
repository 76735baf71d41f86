"""Passing on what a process writes, as it writes it."""

from __future__ import annotations

import os
import selectors
from collections.abc import Iterator

from .processes import Process

PIECE_BYTES = 65536
# How soon a process that has ended, but left a child with its output, is noticed.
POLL_SECONDS = 1.0


def pieces(process: Process) -> Iterator[tuple[str, bytes]]:
    """Yield ("stdout" or "stderr", bytes) as they come, until the process has ended."""
    with selectors.DefaultSelector() as selector:
        for name in ("stdout", "stderr"):
            selector.register(getattr(process, name), selectors.EVENT_READ, name)
        while selector.get_map():
            ready = selector.select(POLL_SECONDS)
            if not ready and process.poll() is not None:
                return
            for key, _ in ready:
                piece = os.read(key.fd, PIECE_BYTES)
                if piece:
                    yield key.data, piece
                else:
                    selector.unregister(key.fileobj)
