"""The connection to the Docker Engine."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import docker
import docker.errors

HOST = "unix:///var/run/docker.sock"
# An engine that does not tell its version in this time hangs.
ANSWER_SECONDS = 60
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
        self._failed_at, self._failure = float("-inf"), ""

    @property
    def api(self) -> Any:
        """The engine's API, shared by all threads.

        Raises EngineUnreachable when nothing answers at the address. Who has waited for an attempt
        that failed makes none of its own: all would wait for a hanging engine one after the other.
        """
        asked_at = time.monotonic()
        with self._lock:
            if self._client is None:
                if asked_at <= self._failed_at:
                    raise EngineUnreachable(self._failure)
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        try:
            client = docker.APIClient(
                base_url=self.host,
                version="auto",
                timeout=ANSWER_SECONDS,
                num_pools=CONNECTIONS,
                max_pool_size=CONNECTIONS,
            )
        except docker.errors.DockerException as error:
            self._failure = (
                f"No Docker Engine answers at {self.host}. Start it, or set docker:host or "
                f"DOCKER_HOST to the address of one that runs. The client said: {error}"
            )
            self._failed_at = time.monotonic()
            raise EngineUnreachable(self._failure) from error
        client.timeout = TIMEOUT_SECONDS
        # No proxy stands before a socket; to look for one takes a sixth of a call's time.
        client.trust_env = not self.host.startswith("unix:")
        return client
