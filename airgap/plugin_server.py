"""What every plugin does: serve gRPC on a free loopback port until the engine is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc

from .starter import starter

# As Pulumi's SDKs: large states and logs do not fit into gRPC's 4 MiB.
MESSAGE_BYTES = 400 * 1024 * 1024
THREADS = 128
PARENT_POLL_SECONDS = 1.0
GRACE_SECONDS = 5.0


def serve(add_servicer: Callable[[grpc.Server, str], None], argv: Sequence[str]) -> int:
    """Serve until a signal comes or the engine that started us has died.

    add_servicer gets the server and the engine's address, the last argument that is no
    option. The only line on stdout is the port. Returns the exit code.
    """
    positional = [argument for argument in argv if not argument.startswith("-")]
    server = grpc.server(
        ThreadPoolExecutor(max_workers=THREADS),
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
        ],
    )
    add_servicer(server, positional[-1] if positional else "")
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    _until_done()
    server.stop(GRACE_SECONDS).wait()
    # Threads that still wait for a slow answer must not keep the process alive.
    os._exit(0)


def _until_done() -> None:
    done = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        done.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    parent = starter()
    while not done.wait(PARENT_POLL_SECONDS):
        if os.getppid() != parent:
            return
