"""platformctl: everything that is done to a running platform."""

from __future__ import annotations

import importlib
import signal
from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup

from .exits import Exit, Stopped, epilog
from .output import say
from .shield import interrupt

# In the order of the manual: where each command's function is. Only what is asked for is loaded,
# because loading all of them takes longer than many a command itself.
COMMANDS: Mapping[str, str] = {
    "up": "up.up",
    "preview": "preview.preview",
    "status": "status.status",
    "validate": "validate.validate",
    "plan": "plan.plan",
    "logs": "logs.logs",
    "releases": "releases.releases",
    "report": "report.report",
    "diff": "diff.diff",
    "release": "release.release",
    "rollback": "rollback.rollback",
    "rotate": "rotate.rotate",
    "unpin": "unpin.unpin",
    "pause": "shift.pause",
    "resume": "shift.resume",
    "abort": "shift.abort",
    "backup": "backup.backup",
    "backups": "backups.backups",
    "restore": "restore.restore",
    "admin": "admin.admin",
    "adopt": "adopt.adopt",
    "down": "down.down",
    "exec": "execute.execute",
}


class Commands(TyperGroup):
    """Loads a command when it is wanted; turns what stops it into its message and exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of this name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(".")
        loaded = importlib.import_module(f".commands.{module}", __package__)
        alone = typer.Typer(add_completion=False)
        alone.command(name=cmd_name)(getattr(loaded, function))
        return typer.main.get_command(alone)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Stopped as stopped:
            say(stopped.message)
            raise typer.Exit(stopped.code.value) from None
        except (KeyboardInterrupt, typer.Abort):
            say("Cancelled.")
            raise typer.Exit(Exit.CANCELLED.value) from None


app = typer.Typer(
    name="platformctl",
    cls=Commands,
    epilog=epilog(),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def platformctl() -> None:
    """Everything that is done to a running platform."""


def main() -> None:
    """Run platformctl."""
    signal.signal(signal.SIGTERM, interrupt)
    app()


if __name__ == "__main__":
    main()
