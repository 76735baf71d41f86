"""The connection to the Docker Engine."""

from __future__ import annotations

import os
import threading
from typing import Any

import docker
import docker.errors

HOST = "unix:///var/run/docker.sock"
# A container may be stopped with a grace time and an image may take long to build.
TIMEOUT_SECONDS = 1200
CONNECTIONS = 64


class EngineUnreachable(Exception):
    """No engine answers; the message names the address and what to do."""


class Engine:
    """Connects when first needed, so that a preview of nothing needs no engine."""

    def __init__(self) -> None:
        self.host = os.environ.get("DOCKER_HOST") or HOST
        self._client: Any = None
        self._lock = threading.Lock()

    @property
    def api(self) -> Any:
        """The engine's API, shared by all threads.

        Raises EngineUnreachable when nothing answers at the address.
        """
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        try:
            return docker.APIClient(
                base_url=self.host,
                version="auto",
                timeout=TIMEOUT_SECONDS,
                num_pools=CONNECTIONS,
                max_pool_size=CONNECTIONS,
            )
        except docker.errors.DockerException as error:
            raise EngineUnreachable(
                f"No Docker Engine answers at {self.host}. Start it, or set docker:host or "
                "DOCKER_HOST to the address of one that runs. The client said: " + str(error)
            ) from error
