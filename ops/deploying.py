"""platformctl up, preview, down."""

from __future__ import annotations

import typer

from . import state
from .context import Context
from .exits import CANCELLED, FAILED, LOCKED, Stop
from .lock import locks
from .status import print_endpoints


def up(context: Context) -> int:
    """Bring the stack up; settings and engine are looked at before anything is touched."""
    _ = context.settings, context.engine
    _unlocked(context)
    if context.pulumi.ensure_stack():
        typer.echo(f"Made the stack {context.stack}.")
    state.copy(context.root, context.stack)
    code = context.pulumi.run("up", "--yes", "--skip-preview")
    if code:
        typer.echo("The update failed; what served before still serves.", err=True)
        return FAILED
    print_endpoints(context.pulumi.outputs())
    return 0


def preview(context: Context) -> int:
    """Show what `up` would change."""
    _ = context.settings
    context.pulumi.ensure_stack()
    return FAILED if context.pulumi.run("preview", "--diff") else 0


def down(context: Context, purge: bool, yes: bool) -> int:
    """Remove the stack's resources; with purge its data too, after asking."""
    _ = context.engine
    _unlocked(context)
    if purge and not yes:
        question = f"This removes all data of {context.stack} for good. Type its name to go on"
        if typer.prompt(question) != context.stack:
            raise Stop("Nothing was removed.", CANCELLED)
    if context.stack not in context.pulumi.stacks():
        typer.echo(f"There is no stack {context.stack}.")
    else:
        state.copy(context.root, context.stack)
        if context.pulumi.run("destroy", "--yes", "--skip-preview"):
            return FAILED
    if purge:
        _purge(context)
    return 0


def _purge(context: Context) -> None:
    mine: dict[str, str | list[str] | bool] = {"label": f"com.pyairtable.stack={context.stack}"}
    for volume in context.engine.volumes.list(filters=mine):
        volume.remove(force=True)
        typer.echo(f"Removed the volume {volume.name}.")


def _unlocked(context: Context) -> None:
    """Remove a lock whose holder is gone; stop where somebody works on the stack."""
    for lock in locks(context.root, context.stack):
        if not lock.stale:
            raise Stop(
                f"Another deployment of {context.stack} is under way: {lock}. Wait until it has "
                "ended; if you know that it has, run `pulumi cancel`.",
                LOCKED,
            )
        typer.echo(f"An earlier deployment was interrupted and left its lock ({lock}); removed it.")
        context.pulumi.ask("cancel", "--yes", "--stack", context.stack)
