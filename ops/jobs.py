"""Running one of the stack's jobs once more, beside what Pulumi keeps."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container as Running
from docker.types import Mount

from plan.container import Container
from plan.environment import SECRETS_FOLDER

from .exits import Exit, Stopped
from .project import Project

LOG_LINES = 20


def run(
    project: Project,
    job: Container,
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    image: str | None = None,
) -> str:
    """Run a command as a job of the stack would, and return what it wrote.

    job: of the plan, with its networks, volumes, secrets and hardening. command: empty for
    that of the image. environment: what differs from the job's own. image: by default the one
    that the last update ran. Raises Stopped with the last lines when it fails, and when the
    stack is not there. The container is removed in any case.
    """
    _volumes_there(project, job)
    variables = {**job.environment, **(environment or {})}
    made = _create(project, job, image or _image(project, job), command, variables)
    try:
        made.start()
        code = int(made.wait()["StatusCode"])
        output = made.logs().decode(errors="replace")
    finally:
        made.remove(force=True)
    if code != 0:
        lines = "\n".join(f"    {line}" for line in output.rstrip().splitlines()[-LOG_LINES:])
        raise Stopped(Exit.FAILED, f"Job {job.name} failed with exit code {code}:\n{lines}")
    return output


def _create(
    project: Project,
    job: Container,
    image: str,
    command: Sequence[str],
    environment: Mapping[str, str],
) -> Running:
    try:
        return project.engine.containers.create(
            image,
            list(command),
            name=project.names.of(f"{job.name}-once-{secrets.token_hex(4)}"),
            environment=dict(environment),
            user=job.user,
            mounts=_mounts(project, job),
            labels=project.names.labels(f"{job.name}-once"),
            mem_limit=f"{job.limits.memory_mib}m",
            memswap_limit=f"{job.limits.memory_mib}m",
            nano_cpus=int(job.limits.cpus * 1e9),
            tmpfs={path: "size=64m,mode=1777" for path in job.tmpfs},
            **_network(project, job),
            **_HARDENED,
        )
    except ImageNotFound:
        raise Stopped(Exit.FAILED, _first_up(project, f"image {image}")) from None
    except APIError as error:
        raise Stopped(
            Exit.FAILED, f"The engine refused the job: {error.explanation or error}"
        ) from error


_HARDENED: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "init": True,
    "pids_limit": 128,
}


def _network(project: Project, job: Container) -> dict[str, Any]:
    """The one network of a job; it has none when it talks to nobody."""
    if not job.networks:
        return {"network_mode": "none"}
    return {"network": project.names.network(job.networks[0].network)}


def _image(project: Project, job: Container) -> str:
    """The image of the job that the last update ran: it is there, whatever files changed since."""
    try:
        config: dict[str, Any] = project.engine.containers.get(project.names.of(job.name)).attrs
    except NotFound:
        return job.image
    return str(config["Config"]["Image"])


def _mounts(project: Project, job: Container) -> list[Mount]:
    mounts = [
        Mount(each.path, project.names.of(each.volume), read_only=each.read_only)
        for each in job.mounts
    ]
    if job.secrets:
        mounts.append(Mount(SECRETS_FOLDER, _secrets_volume(project, job), read_only=True))
    return mounts


def _secrets_volume(project: Project, job: Container) -> str:
    return project.names.of(f"{job.name}-secrets")


def _volumes_there(project: Project, job: Container) -> None:
    """A volume that is not there would be made by the engine, empty and nobody's."""
    wanted = [project.names.of(each.volume) for each in job.mounts]
    for name in [*wanted, *([_secrets_volume(project, job)] if job.secrets else [])]:
        try:
            project.engine.volumes.get(name)
        except NotFound:
            raise Stopped(Exit.FAILED, _first_up(project, f"volume {name}")) from None


def _first_up(project: Project, what: str) -> str:
    return (
        f"Stack {project.stack} has no {what}, and nothing was touched. "
        f"Run `platformctl up --stack {project.stack}` first."
    )
