"""A stack with an inline program, on the real engine; the plugins are ours or the official ones.

PLUGINS=official uses the machine's own plugins instead of those of airgap/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import docker
from pulumi import automation as auto

from bootstrap.state import NO_LOGS

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "pyairtable-conformance-"
RAW = "pyairtable/debian:bookworm"


@cache
def image() -> str:
    """An image with a shell: the raw Debian that set-up provides."""
    docker.from_env().images.get(RAW)
    return RAW


def laid_out(folder: Path) -> Path | None:
    """Return a Pulumi home with our plugins in a folder; None where the official ones are meant."""
    if os.environ.get("PLUGINS") == "official":
        return None
    lay = [sys.executable, "-m", "airgap.plugins", "--pulumi-home", str(folder)]
    subprocess.run(lay, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (folder / "logs").write_text(NO_LOGS)
    return folder


@dataclass
class Done:
    """What one operation did, by the name of the resource; steps: all of it, in its order."""

    output: str = ""
    failed: bool = False
    operations: dict[str, set[str]] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def created(self) -> set[str]:
        return self.operations.get("create", set())

    @property
    def updated(self) -> set[str]:
        return self.operations.get("update", set())

    @property
    def replaced(self) -> set[str]:
        return self.operations.get("replace", set())

    @property
    def unchanged(self) -> set[str]:
        return self.operations.get("same", set())

    def steps_of(self, name: str) -> list[str]:
        """What was done to one resource, in its order."""
        return [kind for kind, each in self.steps if each == name]

    @property
    def changed(self) -> set[str]:
        return self.created | self.updated | self.replaced


class DockerStack:
    """A project of its own with a file backend."""

    def __init__(self, folder: Path, home: Path | None) -> None:
        sweep()
        self._folder = folder
        self._variables = {
            **({"PULUMI_HOME": str(home)} if home else {}),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "conformance",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        binary = shutil.which("pulumi") or str(ROOT / ".state" / "bin" / "pulumi")
        os.environ["PATH"] = f"{Path(binary).parent}:{os.environ['PATH']}"
        self._stack = auto.create_stack(
            "test",
            "conformance",
            program=lambda: None,
            opts=auto.LocalWorkspaceOptions(env_vars=self._variables),
        )

    def up(self, program: Callable[[], None], refresh: bool = True) -> Done:
        """Bring the stack to the program."""
        done = self._up(program, refresh)
        assert not done.failed, done.output
        return done

    def failed_up(
        self, program: Callable[[], None], variables: Mapping[str, str] | None = None
    ) -> str:
        """Return what an update says that does not reach the program."""
        done = self._up(program, refresh=True, variables=variables)
        assert done.failed, done.output
        return done.output

    def _up(
        self,
        program: Callable[[], None],
        refresh: bool,
        variables: Mapping[str, str] | None = None,
    ) -> Done:
        self._stack.workspace.env_vars = {**self._variables, **(variables or {})}
        done, lines = Done(), []
        try:
            result = self._stack.up(
                program=program, refresh=refresh, on_event=_noting(done), on_output=lines.append
            )
            done.outputs = {key: value.value for key, value in result.outputs.items()}
        except auto.CommandError as error:
            done.failed = True
            lines.append(str(error))
        done.output = "\n".join(lines)
        return done

    def preview(self, program: Callable[[], None]) -> Done:
        """Show what `up` would do."""
        done = Done()
        self._stack.preview(program=program, on_event=_noting(done))
        return done

    def state(self) -> str:
        """The state as it stands on disk."""
        return (self._folder / ".pulumi" / "stacks" / "conformance" / "test.json").read_text()

    def resource(self, name: str) -> dict[str, Any]:
        """One resource of the state."""
        resources = self._stack.export_stack().deployment["resources"]  # type: ignore[index]
        found: dict[str, Any] = next(r for r in resources if r["urn"].endswith(f"::{name}"))
        return found

    def close(self) -> None:
        """Remove all that the tests made."""
        self._stack.workspace.env_vars = self._variables
        self._stack.destroy()
        sweep()


def sweep() -> None:
    """Remove what tests made on the engine; an interrupted run leaves things too."""
    client = docker.from_env()
    mine = {"name": PREFIX}
    for container in client.containers.list(all=True, filters=mine, ignore_removed=True):
        container.remove(force=True)
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove(force=True)
    for made in client.images.list(f"{PREFIX}image"):
        client.images.remove(made.id, force=True)


def _noting(done: Done) -> Callable[[auto.EngineEvent], None]:
    def note(event: auto.EngineEvent) -> None:
        if event.resource_pre_event is None:
            return
        metadata = event.resource_pre_event.metadata
        if not metadata.type.startswith("docker:"):
            return
        name = metadata.urn.split("::")[-1]
        kind = str(getattr(metadata.op, "value", metadata.op))
        done.steps.append((kind, name))
        if kind in ("refresh", "read", "delete", "delete-replaced", "create-replacement"):
            return
        done.operations.setdefault(kind, set()).add(name)

    return note
