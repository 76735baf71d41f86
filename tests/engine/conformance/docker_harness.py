"""A stack with an inline program, on the real engine; the plugins are ours or the official ones.

PLUGINS=official uses the machine's own plugins instead of those of airgap/.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import docker
from docker.errors import NotFound
from pulumi import automation as auto

from airgap import plugins

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "pyairtable-conformance-"
RAW = "pyairtable/debian:bookworm"


@cache
def image() -> str:
    """An image with a shell: the raw Debian that set-up provides."""
    docker.from_env().images.get(RAW)
    return RAW


@dataclass
class Done:
    """What one operation did, by the name of the resource."""

    output: str = ""
    failed: bool = False
    operations: dict[str, set[str]] = field(default_factory=dict)
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

    @property
    def changed(self) -> set[str]:
        return self.created | self.updated | self.replaced


class DockerStack:
    """A project of its own with a file backend."""

    def __init__(self, folder: Path) -> None:
        home = Path(tempfile.mkdtemp(dir=folder))
        official = os.environ.get("PLUGINS") == "official"
        if not official:
            plugins.install(home, Path(sys.executable), ROOT)
        self._variables = {
            **({} if official else {"PULUMI_HOME": str(home)}),
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

    def up(
        self,
        program: Callable[[], None],
        refresh: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> Done:
        """Bring the stack to the program."""
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
        return json.dumps(self._stack.export_stack().deployment)

    def resource(self, name: str) -> dict[str, Any]:
        """One resource of the state."""
        resources = self._stack.export_stack().deployment["resources"]  # type: ignore[index]
        found: dict[str, Any] = next(r for r in resources if r["urn"].endswith(f"::{name}"))
        return found

    def close(self) -> None:
        """Remove all that the tests made."""
        self._stack.workspace.env_vars = self._variables
        self._stack.destroy()
        client = docker.from_env()
        for thing in (client.containers, client.networks, client.volumes):
            suffix = {client.containers: "c", client.networks: "n"}.get(thing, "v")
            try:
                found: Any = thing.get(f"{PREFIX}{suffix}")
                found.remove(**({"force": True} if suffix != "n" else {}))
            except NotFound:
                continue
        for made in client.images.list(f"{PREFIX}image"):
            client.images.remove(made.tags[0], force=True)


def _noting(done: Done) -> Callable[[auto.EngineEvent], None]:
    def note(event: auto.EngineEvent) -> None:
        if event.resource_pre_event is None:
            return
        metadata = event.resource_pre_event.metadata
        if not metadata.type.startswith("docker:"):
            return
        name = metadata.urn.split("::")[-1]
        kind = str(getattr(metadata.op, "value", metadata.op))
        if kind in ("refresh", "read", "delete", "delete-replaced", "create-replacement"):
            return
        done.operations.setdefault(kind, set()).add(name)

    return note
