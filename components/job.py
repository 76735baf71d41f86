"""Job: a container that runs to completion."""

from __future__ import annotations

from functools import partial

import pulumi
import pulumi_docker as docker
from docker.errors import NotFound

from . import engine
from .gate import Gate, gate
from .recorder import Watch
from .site import Site


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
        options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(parent=self))
        self.container = docker.Container(name, args, options)
        self.done = gate(
            self.container, name, partial(check, name, site.address), site.recorder, "job"
        )
        self.register_outputs({"exitCode": self.container.exit_code})


def check(name: str, address: str, container_id: str, watch: Watch) -> None:
    """Return when the job exited with 0.

    Raises JobFailed otherwise; the container is removed, so that the next update runs it again.
    """
    try:
        container = engine.client(address).containers.get(container_id)
    except NotFound as error:
        raise JobFailed(
            f"The container of job {name} was removed before its result could be read. "
            "Run the same command again: the job runs anew."
        ) from error
    container.wait(timeout=600)
    container.reload()
    watch.sees(container.attrs["State"])
    code = container.attrs["State"]["ExitCode"]
    if code == 0:
        return
    lines = engine.last_lines(container)
    engine.discard(container)
    raise JobFailed(
        f"Job {name} failed with exit code {code}; nothing after it was changed. "
        f"Its last log lines:\n{lines}\nMend the cause and run the same command again."
    )
