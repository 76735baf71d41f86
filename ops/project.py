"""The project and the stack that a command works on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import docker
import yaml

import settings
from plan.deployment import Deployment
from plan.names import PROJECT, Names
from plan.resolve import resolve

from . import engine
from .environment import environment
from .exits import Exit, Stopped

DEFAULT_STACK = "dev"
_STACK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Project:
    """A stack of the project in root."""

    root: Path
    stack: str

    @property
    def names(self) -> Names:
        """Names of the stack's objects on the engine."""
        return Names(self.stack)

    @cached_property
    def settings(self) -> settings.StackSettings:
        """The stack's settings. Raises Stopped with all problems at once."""
        try:
            return settings.from_cli(self.stack, self.root)
        except settings.SettingsError as error:
            raise Stopped(Exit.USAGE, str(error)) from None

    @cached_property
    def deployment(self) -> Deployment:
        """What the stack deploys. Raises Stopped when the settings or files are wrong."""
        try:
            return resolve(self.settings, self.stack, self.root)
        except FileNotFoundError as error:
            message = f"{error}. Put it back (`git status` shows what is missing)."
            raise Stopped(Exit.FAILED, message) from error

    @cached_property
    def engine(self) -> docker.DockerClient:
        """The Docker Engine of the stack. Raises Stopped when none answers."""
        return engine.client(docker_host(self.root, self.stack))

    @property
    def variables(self) -> dict[str, str]:
        """The variables with which Pulumi runs."""
        return {**os.environ, **environment(self.root)}


def find(stack: str | None) -> Project:
    """Return the project around the working directory, and the stack.

    stack: as given by the user; else the one that Pulumi has selected, else dev.
    Raises Stopped when the name cannot be one.
    """
    root = find_root(Path.cwd())
    name = stack or selected(root) or DEFAULT_STACK
    if not _STACK.fullmatch(name):
        raise Stopped(
            Exit.USAGE,
            f"{name!r} is no name of a stack: use letters, digits, `-`, `_` and `.`, at most 64, "
            "beginning with a letter or a digit.",
        )
    return Project(root, name)


def find_root(start: Path) -> Path:
    """Return the folder of the project around start; outside of one, that of this program."""
    for folder in (start, *start.parents):
        if _is_project(folder / "Pulumi.yaml"):
            return folder
    return Path(__file__).resolve().parents[1]


def selected(root: Path) -> str | None:
    """Return the stack that `pulumi stack select` chose, None where none is."""
    variables = {**os.environ, **environment(root)}
    program = shutil.which("pulumi", path=variables["PATH"])
    if program is None:
        return None
    asked = subprocess.run(
        [program, "stack", "--show-name", "--non-interactive"],
        cwd=root,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def docker_host(root: Path, stack: str) -> str | None:
    """Return the stack's own docker:host as `pulumi config set` stored it, if it has one."""
    path = root / ".state" / "stacks" / f"Pulumi.{stack}.yaml"
    stored: Any = yaml.safe_load(path.read_text()) if path.exists() else None
    found = ((stored or {}).get("config") or {}).get("docker:host")
    return found if isinstance(found, str) else None


def _is_project(file: Path) -> bool:
    if not file.is_file():
        return False
    content = yaml.safe_load(file.read_text())
    return isinstance(content, dict) and content.get("name") == PROJECT
