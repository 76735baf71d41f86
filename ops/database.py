"""The database, asked through its own container as its superuser."""

from __future__ import annotations

import docker
from docker.errors import APIError, NotFound

from plan.environment import DATABASE
from plan.names import Names

_PSQL = ("psql", "-XqAt", "--set=ON_ERROR_STOP=1", "--host=/run/postgresql", "-d", DATABASE, "-c")


class NoAnswer(Exception):
    """The database did not answer; the message is what it or the engine said."""


def answer(engine: docker.DockerClient, names: Names, sql: str) -> str:
    """Return what a stack's database answers to a statement. Raises NoAnswer."""
    try:
        done = engine.containers.get(names.of("postgres")).exec_run([*_PSQL, sql])
    except (NotFound, APIError) as error:
        raise NoAnswer(str(error)) from error
    output = done.output.decode(errors="replace") if isinstance(done.output, bytes) else ""
    if done.exit_code != 0:
        raise NoAnswer(output.strip())
    return output
