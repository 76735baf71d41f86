"""A copy of the project with stacks of its own, driven as a user drives it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from bootstrap.state import NO_LOGS
from ops.environment import environment
from ops.images import unmark

ROOT = Path(__file__).resolve().parents[3]
# The first one builds all images.
UP_SECONDS = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    output: str

    @property
    def ok(self) -> bool:
        return self.code == 0


def copy_sources(folder: Path) -> None:
    """Copy the files of the checkout that are for git into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


@dataclass(kw_only=True)
class Project:
    """A copy of the tracked files in folder; the tools are those of the checkout."""

    folder: Path
    stack: str
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def copy(cls, folder: Path, stack: str) -> Project:
        copy_sources(folder)
        state = folder / ".state"
        (state / "stacks").mkdir(parents=True)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (state / "bin").symlink_to(ROOT / ".state" / "bin")
        # Its own: set-up of the copy lets the plugins start from there.
        plugins = Path("pulumi-home", "plugins")
        shutil.copytree(ROOT / ".state" / plugins, state / plugins, symlinks=True)
        shutil.copy2(ROOT / ".state" / "passphrase", state / "passphrase")
        # No debug logs of the engine, as in every checkout that was set up.
        (state / "pulumi-home" / "logs").write_text(NO_LOGS)
        project = cls(folder=folder, stack=stack)
        project.pulumi("stack", "init", stack, check=True)
        return project

    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")}
        state = self.folder / ".state"
        # Whatever the shell of the tests has chosen for itself.
        own = {
            "PULUMI_BACKEND_URL": f"file://{state}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(state / "passphrase"),
            # What runs beside these tests would be preferred to the update under test.
            "PYAIRTABLE_NICE": "0",
        }
        return inherited | environment(self.folder) | own | self.variables

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, check: bool = False, seconds: int = UP_SECONDS) -> Ended:
        process = self.start(*command)
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        assert not check or process.returncode == 0, output
        return Ended(code=process.returncode, output=output)

    def platformctl(self, *arguments: str) -> Ended:
        """Run it as a user does; its messages and its results in one text."""
        return self.run("python", "-m", "ops.cli", *arguments, "--stack", self.stack)

    def pulumi(self, *arguments: str, check: bool = False) -> Ended:
        return self.run("pulumi", *arguments, "--non-interactive", check=check)

    def up(self, *arguments: str, check: bool = False) -> Ended:
        return self.pulumi(
            "up", "--yes", "--skip-preview", "--stack", self.stack, *arguments, check=check
        )

    def preview(self, *arguments: str, check: bool = False) -> Ended:
        return self.pulumi("preview", "--stack", self.stack, *arguments, check=check)

    def destroy(self, *arguments: str) -> Ended:
        return self.pulumi("destroy", "--yes", "--skip-preview", "--stack", self.stack, *arguments)

    def set(self, path: str, value: str, *, secret: bool = False) -> None:
        kind = ["--secret"] if secret else ["--plaintext"]
        flags = ["--path", *kind, "--stack", self.stack]
        self.pulumi("config", "set", path, value, *flags, check=True)

    def unset(self, path: str) -> None:
        self.pulumi("config", "rm", path, "--path", "--stack", self.stack, check=True)

    def outputs(self) -> Mapping[str, object]:
        shown = self.pulumi("stack", "output", "--json", "--stack", self.stack, check=True)
        found: Mapping[str, object] = json.loads(shown.output)
        return found

    def containers(self) -> dict[str, Container]:
        """The stack's containers by name without the stack's prefix."""
        prefix = f"pyairtable-{self.stack}-"
        found = docker.from_env().containers.list(
            all=True,
            filters={"label": f"com.pyairtable.stack={self.stack}"},
            ignore_removed=True,
        )
        return {str(each.name).removeprefix(prefix): each for each in found}

    def remove_everything(self, keep: Collection[str] = ()) -> None:
        """Remove what is left on the engine, whatever the state knows of it, but some volumes."""
        client = docker.from_env()
        mine: Any = {"label": f"com.pyairtable.stack={self.stack}"}
        for container in client.containers.list(all=True, filters=mine, ignore_removed=True):
            container.remove(force=True)
        for network in client.networks.list(filters=mine):
            network.remove()
        kept = {f"pyairtable-{self.stack}-{name}" for name in keep}
        for volume in client.volumes.list(filters=mine):
            if volume.name not in kept:
                volume.remove(force=True)
        unmark(client, self.stack)
