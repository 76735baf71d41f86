"""Step: the folder for everything that is not for git, and the passphrase of the state."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from .setup import Setup

# The engine writes all that it does into a file of 2 to 3 MB for every command, which takes a third
# of its time, and has no option against it (pulumi/pulumi#23731). Where this is no folder it does
# without.
NO_LOGS = (
    "Instead of a folder, so that Pulumi writes no debug log of every command. Remove this file "
    "to have them again.\n"
)


def ensure(setup: Setup) -> str:
    """Make .state and its passphrase, once; an existing passphrase is never overwritten."""
    setup.state.mkdir(mode=0o700, exist_ok=True)
    for folder in ("stacks", "logs", "bin"):
        (setup.state / folder).mkdir(exist_ok=True)
    _without_logs(setup.state / "pulumi-home")
    file = setup.state / "passphrase"
    if file.exists() and file.stat().st_size:
        return "found .state and its passphrase"
    half = setup.state / "passphrase.new"
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(32) + "\n")
    half.replace(file)
    return "made .state and its passphrase (mode 0600); keep a copy of it in a safe place"


def _without_logs(home: Path) -> None:
    """Let a new home folder of Pulumi have no debug logs; what the user chose later stays."""
    if not home.exists():
        home.mkdir()
        (home / "logs").write_text(NO_LOGS)
