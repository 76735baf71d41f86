"""The stack's configuration as `pulumi config` stores it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .exits import Exit, Stopped
from .project import Project


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration of a stack, which may be put back as it was."""

    project: Project

    @property
    def path(self) -> Path:
        """The file that holds it."""
        return self.project.root / ".state" / "stacks" / f"Pulumi.{self.project.stack}.yaml"

    def text(self) -> str | None:
        """Return the file's text, None when there is none."""
        return self.path.read_text() if self.path.exists() else None

    def restore(self, text: str | None) -> None:
        """Put the file back."""
        if text is None:
            self.path.unlink(missing_ok=True)
        else:
            self.path.write_text(text)

    def set(self, key: str, value: str) -> None:
        """Set a value in clear. Raises Stopped when Pulumi refuses."""
        command = ["pulumi", "config", "set", key, value, "--path", "--plaintext"]
        done = subprocess.run(
            [*command, "--stack", self.project.stack, "--non-interactive"],
            cwd=self.project.root,
            env=self.project.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Stopped(Exit.USAGE, f"{key} could not be set: {done.stderr.strip()}")
