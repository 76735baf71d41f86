"""Messages to the user while something takes long."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import grpc

from airgap.protocol import engine_pb2, engine_pb2_grpc

SECONDS = 5


class EngineLog:
    """Sends lines to the engine, which shows them beside the resource."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._stub: Any = None
        self._lock = threading.Lock()

    def status(self, urn: str, line: str) -> None:
        """Show a line for as long as the resource is worked on."""
        with self._lock:
            if self._stub is None:
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self._address))
        message = engine_pb2.LogRequest(
            severity=engine_pb2.INFO, message=line, urn=urn, streamId=0, ephemeral=True
        )
        # What is being made matters more than the line about it.
        with contextlib.suppress(grpc.RpcError):
            self._stub.Log(message, timeout=SECONDS)
