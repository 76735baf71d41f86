"""platformctl: everything that is done to a running platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import backups, deploying, planning, validating
from .context import Context
from .exits import MEANINGS, Stop
from .status import status as show_status

_CODES = "; ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items())
app = typer.Typer(
    help="Operates the PyAirtable platform.",
    epilog=f"Exit codes: {_CODES}.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Stack = Annotated[str, typer.Option("--stack", "-s", envvar="STACK", help="Name of the stack.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def up(stack: Stack = "dev") -> None:
    """Bring the platform up, or to the present settings, and validate it."""
    raise typer.Exit(deploying.up(Context(stack)))


@app.command()
def preview(stack: Stack = "dev") -> None:
    """Show what `up` would change."""
    raise typer.Exit(deploying.preview(Context(stack)))


@app.command()
def down(
    stack: Stack = "dev",
    purge: Annotated[bool, typer.Option(help="Remove the data too.")] = False,
    yes: Yes = False,
) -> None:
    """Remove the platform; its data stays unless --purge."""
    raise typer.Exit(deploying.down(Context(stack), purge, yes))


@app.command()
def status(stack: Stack = "dev", json: Json = False) -> None:
    """Show what runs."""
    raise typer.Exit(show_status(Context(stack), json))


@app.command()
def plan(
    stack: Stack = "dev",
    json: Json = False,
    svg: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
) -> None:
    """Show the phases of the start-up and what each step waits for."""
    raise typer.Exit(planning.plan(Context(stack), json, svg))


@app.command()
def validate(stack: Stack = "dev", json: Json = False) -> None:
    """Check the health of everything and run the smoke tests."""
    raise typer.Exit(validating.check(Context(stack), json))


@app.command()
def backup(stack: Stack = "dev") -> None:
    """Dump the database now."""
    raise typer.Exit(backups.backup(Context(stack)))


@app.command("backups")
def list_backups(stack: Stack = "dev", json: Json = False) -> None:
    """List the backups."""
    raise typer.Exit(backups.backups(Context(stack), json))


@app.command()
def restore(name: str, stack: Stack = "dev", yes: Yes = False) -> None:
    """Put a backup in the place of the present data."""
    raise typer.Exit(backups.restore(Context(stack), name, yes))


def main() -> None:
    """Run the command; an expected failure ends in one message and its exit code."""
    try:
        app()
    except Stop as stop:
        typer.echo(str(stop), err=True)
        raise SystemExit(stop.code) from None


if __name__ == "__main__":
    main()
