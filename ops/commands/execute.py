"""platformctl exec."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import Annotated

import typer

from ..exits import Exit, Stopped
from ..options import Stack
from ..project import docker_host, find
from .logs import chosen

Variables = Annotated[
    list[str] | None, typer.Option("--env", "-e", help="NAME=value for the program; repeatable.")
]


def execute(
    component: Annotated[
        str, typer.Argument(metavar="SERVICE", help="A service, a store or the router.")
    ],
    command: Annotated[list[str], typer.Argument(metavar="COMMAND", help="What to run in it.")],
    stack: Stack = None,
    slot: Annotated[
        str | None, typer.Option(help="blue or green; by default the one that serves.")
    ] = None,
    env: Variables = None,
) -> None:
    """Run a program in a component's container, the one that serves.

    The same as `docker exec`, whichever slot a release has moved the service to. Put `--`
    before a command that has options.
    """
    project = find(stack)
    container = chosen(project, component, slot)
    program = shutil.which("docker")
    if program is None:
        raise Stopped(Exit.FAILED, "There is no `docker` command here; install Docker's CLI.")
    address = docker_host(project.root, project.stack)
    host = ["--host", address] if address else []
    terminal = ["--tty"] if sys.stdin.isatty() else []
    variables = [f"--env={each}" for each in env or ()]
    called = [program, *host, "exec", "--interactive", *terminal, *variables]
    done = subprocess.run([*called, str(container.name), *command], check=False)
    raise typer.Exit(done.returncode)
