"""The stack's configuration as `pulumi config` stores it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .exits import Exit, Stopped
from .output import say
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

    @contextmanager
    def tried(self, values: Mapping[str, str]) -> Iterator[None]:
        """Set values in clear; however the block fails, they are put back as they were.

        Raises Stopped when Pulumi refuses one. What others have changed meanwhile is not undone:
        then the message says what is left to do.
        """
        before = tried = self.text()
        try:
            for key, value in values.items():
                self.set(key, value)
                tried = self.text()
            yield
        except Stopped as stopped:
            raise Stopped(stopped.code, f"{stopped.message} {self._back(before, tried)}") from None
        except BaseException:
            say(self._back(before, tried))
            raise

    def _back(self, before: str | None, tried: str | None) -> str:
        """Put the file back; return what to tell the user."""
        if self.text() != tried:
            return (
                f"The configuration of stack {self.project.stack} was changed by others meanwhile, "
                "so what was tried still stands in it: `pulumi config set` or `pulumi config rm` "
                "puts it back."
            )
        if before is None:
            self.path.unlink(missing_ok=True)
        else:
            self.path.write_text(before)
        return "The setting is as it was."

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
