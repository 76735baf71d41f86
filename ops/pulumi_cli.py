"""The Pulumi engine, run by its own command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from plan.request import REQUEST, VARIABLE, Request

from . import child, lock, state
from .exits import Exit, Stopped
from .live import display
from .output import interactive, say
from .project import Project
from .yielding import niceness

_CANCELLED = 8
# File descriptor of the error output.
_ERRORS = 2


@dataclass(frozen=True)
class Pulumi:
    """Pulumi for one stack of the project."""

    project: Project

    def ensure_stack(self) -> None:
        """Make the stack if there is none. Raises Stopped when Pulumi refuses."""
        if self._exists():
            return
        done = self._run(
            "stack", "init", self.project.stack, "--no-select", "--secrets-provider", "passphrase"
        )
        if done.returncode != 0:
            raise Stopped(
                Exit.FAILED,
                f"Stack {self.project.stack} could not be made, and nothing was deployed. Pulumi "
                f"said: {_said(done)}",
            )
        say(f"Stack {self.project.stack} is new.")

    def exists(self) -> bool:
        """Tell whether the stack was initialised."""
        return self._exists()

    def unlock(self) -> None:
        """Remove a lock whose process is gone. Raises Stopped while somebody holds it."""
        project = self.project
        stale, held = lock.split(lock.locks(project.root, project.stack))
        if held:
            raise Stopped(Exit.LOCKED, lock.explain(project.stack, held))
        if not stale:
            return
        say(
            f"Removing the lock of {'; '.join(str(each) for each in stale)}: "
            "that process is gone. What it left half-done is put right now."
        )
        done = self._run("cancel", "--yes", "--stack", project.stack)
        if done.returncode != 0:
            raise Stopped(Exit.LOCKED, f"The lock could not be removed: {_said(done)}")

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs; empty where there is no stack or none was written."""
        stored = state.outputs(self.project.root, self.project.stack)
        if stored is not None:
            return stored
        done = self._run("stack", "output", "--json", "--stack", self.project.stack)
        if done.returncode != 0:
            return {}
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def stream(
        self, *arguments: str, quiet: bool = False, request: Request | None = None
    ) -> child.Ended:
        """Run a command that the user watches; it never asks.

        In a terminal an update is shown as it stands just now, and other commands have Pulumi's
        own live display; elsewhere there are plain lines. quiet: the lines go to the error
        output, because the standard output belongs to a JSON result. request: what the program
        is to do differently this time; only an update has one.
        """
        live = interactive() and not quiet
        if not live or request is None:
            return self._streamed(
                arguments, request, plain=not live, stdout=_ERRORS if quiet else None
            )
        with display(self.project.stack) as shown:
            watched = replace(request, live=str(shown.path))
            return self._streamed(arguments, watched, plain=True, stdout=shown.pipe, terminal=True)

    def _streamed(
        self,
        arguments: Sequence[str],
        request: Request | None,
        *,
        plain: bool,
        stdout: int | None,
        terminal: bool = False,
    ) -> child.Ended:
        options = ["--non-interactive", "--color", "never", "--suppress-progress"] if plain else []
        return child.run(
            [self._program(), *arguments, "--stack", self.project.stack, *options],
            cwd=self.project.root,
            env={
                **self.project.variables,
                state.DONE: self.project.stack,
                **_asking(request),
            },
            terminal=terminal or not plain,
            stdout=stdout,
            nice=niceness(self.project.variables) if request else 0,
        )

    def _exists(self) -> bool:
        known = state.exists(self.project.root, self.project.stack)
        if known is not None:
            return known
        done = self._run("stack", "ls", "--json")
        if done.returncode != 0:
            raise Stopped(Exit.FAILED, f"The state cannot be reached. Pulumi said: {_said(done)}")
        names = {each["name"].rpartition("/")[2] for each in json.loads(done.stdout)}
        return self.project.stack in names

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program(), *arguments, "--non-interactive", "--color", "never"],
            cwd=self.project.root,
            env=self.project.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _program(self) -> str:
        found = shutil.which("pulumi", path=self.project.variables["PATH"])
        if found is None:
            raise Stopped(
                Exit.FAILED,
                "The Pulumi engine is not set up yet, and nothing was touched. Run `make setup`, "
                "then the same command again.",
            )
        return found


def _asking(request: Request | None) -> dict[str, str]:
    return {VARIABLE: REQUEST.dump_json(request).decode()} if request else {}


def finish(ended: child.Ended, stack: str, what: str) -> None:
    """Return when a streamed command did its work. Raises Stopped with what to do next."""
    if ended.code == 0:
        return
    if ended.interrupted or ended.code == _CANCELLED:
        raise Stopped(
            Exit.CANCELLED,
            f"Cancelled. What was done stays; `platformctl {what} --stack {stack}` goes on from "
            f"there, and `platformctl status --stack {stack}` shows what runs.",
        )
    why = f"was ended by signal {-ended.code}" if ended.code < 0 else "failed; see above why"
    raise Stopped(
        Exit.FAILED,
        f"`{what}` of stack {stack} {why}. Mend the cause and run "
        f"`platformctl {what} --stack {stack}` again: what is right is not touched. "
        f"`platformctl status --stack {stack}` shows what runs.",
    )


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stderr.strip() or done.stdout.strip()).split())
