"""Job: a container that runs to completion."""

from __future__ import annotations

from functools import partial

import pulumi
import pulumi_docker as docker
import requests
from docker.errors import NotFound

from . import engine
from .gate import Gate, gate
from .recorder import Watch
from .site import Site

# How much longer than a job the ways to learn of its end may take.
GRACE_SECONDS = 120


class JobFailed(pulumi.RunError):
    """A job ended with an exit code other than 0; the message shows its last log lines."""


class Job(pulumi.ComponentResource):
    """Runs a container to completion; a non-zero exit code fails the update.

    It runs when it is created and again whenever its arguments change. done: the gate
    that opens once it has exited with 0.
    """

    container: docker.Container
    done: Gate

    def __init__(
        self,
        name: str,
        args: docker.ContainerArgs,
        site: Site,
        options: pulumi.ResourceOptions,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Job", name, None, opts)
        pulumi.set(args, "attach", True)
        pulumi.set(args, "must_run", False)
        pulumi.set(args, "restart", "no")
        # Whoever creates the container waits for its end; `overdue` sees to it that there is one.
        seconds = site.overdue.seconds
        limit = pulumi.CustomTimeouts(create=f"{seconds + GRACE_SECONDS}s")
        options = pulumi.ResourceOptions.merge(
            options, pulumi.ResourceOptions(parent=self, custom_timeouts=limit)
        )
        if not pulumi.runtime.is_dry_run():
            site.overdue.watch(site.names.of(name))
        self.container = docker.Container(name, args, options)
        self.done = gate(self.container, name, partial(check, name, site), site.recorder, "job")
        self.register_outputs({"exitCode": self.container.exit_code})


def check(name: str, site: Site, container_id: str, watch: Watch) -> None:
    """Return when the job exited with 0.

    Raises JobFailed otherwise, also when it took too long; the container is removed, so that the
    next update runs it again.
    """
    seconds = site.overdue.seconds
    try:
        container = engine.client(site.address).containers.get(container_id)
    except NotFound as error:
        raise JobFailed(
            f"The container of job {name} was removed before its result could be read. "
            "Run the same command again: the job runs anew."
        ) from error
    try:
        container.wait(timeout=seconds + GRACE_SECONDS)
    except requests.exceptions.RequestException as error:
        raise JobFailed(
            f"Job {name} did not end, and the Docker Engine did not end it either ({error}). "
            "Look whether the engine answers (`docker ps`), then run the same command again."
        ) from error
    late = site.overdue.done(site.names.of(name))
    container.reload()
    watch.sees(container.attrs["State"])
    code = container.attrs["State"]["ExitCode"]
    if code == 0:
        return
    lines = engine.last_lines(container)
    engine.discard(container)
    how = (
        f"did not end within {seconds} s (health.jobTimeoutSeconds) and was ended"
        if late
        else f"failed with exit code {code}"
    )
    raise JobFailed(
        f"Job {name} {how}; nothing after it was changed. "
        f"Its last log lines:\n{lines}\nMend the cause and run the same command again."
    )
