"""The Docker Engine, as the commands use it."""

from __future__ import annotations

from functools import cache

import docker
from docker.errors import DockerException
from docker.models.containers import Container

from plan.names import of_stack

from .environment import engine_address
from .exits import Exit, Stopped

TIMEOUT_SECONDS = 60


@cache
def client(configured: str | None = None) -> docker.DockerClient:
    """Return a client of the engine that the stack uses.

    configured: the stack's own docker:host; else the engine that `docker` itself would use.
    Raises Stopped when nothing answers there.
    """
    host = configured or engine_address()
    try:
        return docker.DockerClient(base_url=host, version="auto", timeout=TIMEOUT_SECONDS)
    except DockerException as error:
        raise Stopped(Exit.NO_ENGINE, _away(host, error)) from error


def containers(engine: docker.DockerClient, stack: str) -> list[Container]:
    """Return all containers of a stack, also those that do not run."""
    return engine.containers.list(all=True, filters=of_stack(stack), ignore_removed=True)


def _away(host: str, error: BaseException) -> str:
    return (
        f"No Docker Engine answers at {host}: {_reason(error)}. Nothing was touched. Start it "
        "(`make setup` does so where it may) or point DOCKER_HOST at one that runs, then run the "
        "same command again. Without an engine, `platformctl preview` still shows what would be "
        "deployed, and `platformctl plan` in which order."
    )


def _reason(error: BaseException) -> str:
    """Return what the operating system said, which the client wraps several times."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        cause = cause.__cause__ or cause.__context__
    return str(error)
