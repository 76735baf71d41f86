"""The Docker Engine, asked directly: what gates, jobs and traffic need and no resource offers."""

from __future__ import annotations

import os
from functools import cache

import docker
import docker.errors
import pulumi
from docker.models.containers import Container

LOG_LINES = 20
# As many as gates that are asked side by side.
CONNECTIONS = 32
_HOST = "unix:///var/run/docker.sock"


class EngineError(pulumi.RunError):
    """The engine cannot be used; the message says what to do."""


def host() -> str:
    """Address of the engine that the docker provider uses: docker:host, DOCKER_HOST or the socket.

    Read on the program's main thread, where the configuration is known.
    """
    return pulumi.Config("docker").get("host") or os.environ.get("DOCKER_HOST") or _HOST


@cache
def client(address: str) -> docker.DockerClient:
    """Return a client for the engine at address.

    Raises EngineError when nothing answers there.
    """
    try:
        return docker.DockerClient(
            base_url=address, version="auto", timeout=60, max_pool_size=CONNECTIONS
        )
    except docker.errors.DockerException as error:
        raise EngineError(
            f"No Docker Engine answers at {address}. Nothing was touched. Start it (`make setup` "
            "does so where it may) or point DOCKER_HOST at one that runs, then run the same "
            f"command again. The engine's client said: {error}"
        ) from error


def last_lines(container: Container, lines: int = LOG_LINES) -> str:
    """Return the last lines that a container wrote, indented for a message."""
    text = container.logs(tail=lines).decode(errors="replace").rstrip()
    return "\n".join(f"    {line}" for line in text.splitlines()) or "    (it wrote nothing)"


def discard(container: Container, grace_seconds: int = 10) -> None:
    """Stop and remove a container that failed, so that the next update makes it anew."""
    try:
        container.stop(timeout=grace_seconds)
        container.remove(force=True)
    except docker.errors.NotFound:
        return
