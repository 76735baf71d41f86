"""platformctl: everything that is done to a running platform."""

from __future__ import annotations

import signal
from typing import Any

import typer
from typer.core import TyperGroup

from .commands.admin import admin
from .commands.adopt import adopt
from .commands.backup import backup
from .commands.backups import backups
from .commands.diff import diff
from .commands.down import down
from .commands.execute import execute
from .commands.logs import logs
from .commands.plan import plan
from .commands.preview import preview
from .commands.release import release
from .commands.releases import releases
from .commands.report import report
from .commands.restore import restore
from .commands.rollback import rollback
from .commands.rotate import rotate
from .commands.shift import abort, pause, resume
from .commands.status import status
from .commands.unpin import unpin
from .commands.up import up
from .commands.validate import validate
from .exits import Exit, Stopped, epilog
from .output import say
from .shield import interrupt


class Commands(TyperGroup):
    """Turns what stops a command into its message and exit code."""

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
    help="Everything that is done to a running platform.",
    epilog=epilog(),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for command in (
    up,
    preview,
    status,
    validate,
    plan,
    logs,
    releases,
    report,
    diff,
    release,
    rollback,
    rotate,
    unpin,
    pause,
    resume,
    abort,
    backup,
    backups,
    restore,
    admin,
    adopt,
    down,
):
    app.command()(command)
app.command(name="exec")(execute)


def main() -> None:
    """Run platformctl."""
    signal.signal(signal.SIGTERM, interrupt)
    app()


if __name__ == "__main__":
    main()
