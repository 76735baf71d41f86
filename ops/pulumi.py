"""The Pulumi command line, run for one stack of the project."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .environment import environment
from .exits import Stop


class Pulumi:
    """Runs pulumi in the project's folder, with its environment."""

    def __init__(self, root: Path, stack: str) -> None:
        self.root, self.stack = root, stack
        self.variables = {**os.environ, **environment(root)}

    def run(self, *arguments: str) -> int:
        """Run a command with our own terminal; return its exit code.

        Ctrl-C reaches it through the terminal; we wait for how it ends.
        """
        interactive = [] if sys.stdout.isatty() else ["--non-interactive"]
        # A handler of ours, unlike ignoring the signal, is not handed down to the child.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            command = [self._binary(), *arguments, "--stack", self.stack, *interactive]
            process = subprocess.Popen(command, cwd=self.root, env=self.variables)
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)

    def ask(self, *arguments: str) -> str:
        """Return what a command prints. Raises Stop with what it complains about."""
        done = subprocess.run(
            [self._binary(), *arguments, "--non-interactive"],
            cwd=self.root,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def stacks(self) -> list[str]:
        """Return the names of the project's stacks."""
        return [each["name"] for each in json.loads(self.ask("stack", "ls", "--json"))]

    def ensure_stack(self) -> bool:
        """Make the stack when there is none; return whether that was needed."""
        if self.stack in self.stacks():
            return False
        self.ask("stack", "init", self.stack, "--no-select")
        return True

    def outputs(self) -> Mapping[str, Any]:
        """Return the stack's outputs, none when there is no such stack."""
        if self.stack not in self.stacks():
            return {}
        found: Mapping[str, Any] = json.loads(
            self.ask("stack", "output", "--json", "--stack", self.stack)
        )
        return found

    def _binary(self) -> str:
        binary = self.root / ".state" / "bin" / "pulumi"
        if not binary.exists():
            raise Stop("The tools of this project are not set up yet: run `make setup`.")
        return str(binary)
