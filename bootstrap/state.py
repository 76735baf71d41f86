"""Step: the folder for everything that is not for git, and the passphrase of the state."""

from __future__ import annotations

import os
import secrets

from .setup import Setup


def ensure(setup: Setup) -> str:
    """Make .state and its passphrase, once; an existing passphrase is never overwritten."""
    setup.state.mkdir(mode=0o700, exist_ok=True)
    for folder in ("stacks", "logs", "bin"):
        (setup.state / folder).mkdir(exist_ok=True)
    file = setup.state / "passphrase"
    if file.exists() and file.stat().st_size:
        return "found .state and its passphrase"
    half = setup.state / "passphrase.new"
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(32) + "\n")
    half.replace(file)
    return "made .state and its passphrase (mode 0600); keep a copy of it in a safe place"
