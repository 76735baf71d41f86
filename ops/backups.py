"""platformctl backup, backups, restore."""

from __future__ import annotations

import json
from typing import Any

import typer
from docker.errors import ContainerError, NotFound

from plan.stores import BACKUP_VOLUME

from .context import Context
from .exits import CANCELLED, FAILED, Stop
from .validation import validate

_FOLDER = "/backups"


def backup(context: Context) -> int:
    """Dump the database now, verified, beside the dumps of the updates."""
    typer.echo(_tool(context, "/usr/local/bin/backup"))
    return 0


def listed(context: Context) -> list[dict[str, Any]]:
    """Return the backups, oldest first."""
    output = _tool(context, "/usr/local/bin/backups", network=False)
    return [json.loads(line) for line in output.splitlines()]


def backups(context: Context, as_json: bool) -> int:
    """List the backups."""
    found = listed(context)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return 0
    for each in found:
        intact = "intact" if each["intact"] else "DAMAGED"
        typer.echo(f"{each['name']}  {each['bytes']} bytes  schema {each['revision']}  {intact}")
    if not found:
        typer.echo("There are no backups yet. `platformctl backup` makes one.")
    return 0


def restore(context: Context, name: str, yes: bool) -> int:
    """Put a backup in the place of the present data, of which a dump is kept first."""
    known = {each["name"]: each for each in listed(context)}
    if name not in known:
        raise Stop(f"There is no backup {name}; `platformctl backups` lists them.")
    typer.echo(
        f"Everything written after {known[name]['time']} is lost from the running platform. "
        "A dump of the present data is kept first."
    )
    if not yes and not typer.confirm("Go on?"):
        raise Stop("Nothing was changed.", CANCELLED)
    typer.echo(_tool(context, "/usr/local/bin/backup", keep=len(known) + 1))
    typer.echo(_tool(context, "/usr/local/bin/restore", name))
    _forget_caches(context)
    report = validate(context.deployment, context.slots, context.engine)
    typer.echo(report.table())
    return 0 if report.passed else FAILED


def _forget_caches(context: Context) -> None:
    """Caches hold what is no longer there. The password goes in through a file, not the list."""
    script = (
        "REDISCLI_AUTH=$(cat /run/secrets/redis-password) "
        "redis-cli --user admin --no-auth-warning FLUSHALL"
    )
    container = context.engine.containers.get(context.names.of("redis"))
    done = container.exec_run(["sh", "-c", script])
    if done.exit_code:
        raise Stop("The data is restored, but Redis's caches could not be emptied; restart it.")


def _tool(context: Context, *command: str, network: bool = True, keep: int | None = None) -> str:
    """Run a tool of the postgres image in a container of its own; return what it printed."""
    job = context.deployment.backup
    environment = {**job.environment, **({"BACKUP_KEEP": str(keep)} if keep else {})}
    volumes = [f"{context.names.of(BACKUP_VOLUME)}:{_FOLDER}"]
    if network:
        volumes.append(f"{context.names.of('backup-secrets')}:/run/secrets:ro")
    try:
        output = context.engine.containers.run(
            job.image,
            list(command),
            environment=environment,
            network=context.names.of("data") if network else "none",
            volumes=volumes,
            user=job.user,
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            tmpfs={"/tmp": "size=64m,mode=1777"},
            remove=True,
            stderr=True,
        )
    except ContainerError as error:
        said = error.stderr.decode() if isinstance(error.stderr, bytes) else str(error.stderr)
        raise Stop(said.strip()) from error
    except NotFound as error:
        raise Stop(f"{context.stack} is not deployed; `make up` brings it up.") from error
    return output.decode().strip()
