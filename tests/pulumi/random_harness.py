"""Small Pulumi projects, driven by the real engine through its command line.

With PLUGINS=official in the environment the plugins of the machine's own Pulumi are used;
otherwise ours are laid into a home folder of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from airgap import plugins
from bootstrap.state import NO_LOGS

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = os.environ.get("PLUGINS") == "official"
STACK = "dev"
SECONDS = 300


def engine() -> str:
    """Return the pulumi to test with. Raises FileNotFoundError when there is none."""
    ours = ROOT / ".state" / "bin" / "pulumi"
    found = str(ours) if ours.exists() else shutil.which("pulumi")
    if found is None:
        raise FileNotFoundError("There is no pulumi on PATH; run the project's set-up first.")
    return found


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Work:
    """A project of one stack in folder, with a state and a Pulumi home of its own beside it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, program: str = "", **project: Any) -> Work:
        """Make the project and its stack."""
        work = cls(folder / "project")
        for each in (work.folder, folder / "state"):
            each.mkdir(parents=True)
        runtime = {
            "name": "python",
            "options": {"virtualenv": str(Path(sys.executable).parents[1])},
        }
        described = {"name": "conformance", "runtime": runtime, **project}
        (work.folder / "Pulumi.yaml").write_text(yaml.safe_dump(described))
        work.program(program)
        if not OFFICIAL:
            plugins.install(work.home, Path(sys.executable), ROOT)
            (work.home / "logs").write_text(NO_LOGS)
        work.pulumi("stack", "init", STACK)
        return work

    @property
    def home(self) -> Path:
        return self.folder.parent / "home"

    def program(self, text: str, name: str = "__main__.py") -> None:
        """Write a file of the program."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"import pulumi\nimport pulumi_random as random\n{text}")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a pulumi command."""
        ours = {} if OFFICIAL else {"PULUMI_HOME": str(self.home)}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")}
        return subprocess.Popen(
            [engine(), *arguments, "--non-interactive"],
            cwd=self.folder,
            env={
                **inherited,
                "PULUMI_BACKEND_URL": f"file://{self.folder.parent / 'state'}",
                "PULUMI_CONFIG_PASSPHRASE": "conformance",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": str(not OFFICIAL).lower(),
                **ours,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Ended:
        """Run a pulumi command to its end, however it ends."""
        process = self.start(*arguments)
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return Ended(process.returncode, output)

    def pulumi(self, *arguments: str) -> str:
        """Run a pulumi command that has to succeed; return what it wrote."""
        ended = self.run(*arguments)
        assert ended.code == 0, ended.output
        return ended.output

    def up(self, program: str | None = None) -> str:
        """Bring the stack to what the program says, given anew or as it is."""
        if program is not None:
            self.program(program)
        return self.pulumi("up", "--yes", "--skip-preview")

    def failing_up(self, program: str) -> str:
        """Run an update that has to fail; return what it wrote."""
        self.program(program)
        ended = self.run("up", "--yes", "--skip-preview")
        assert ended.code != 0, ended.output
        return ended.output

    def plan(self, program: str) -> dict[str, list[str]]:
        """Return what a preview says it would do, in order, by resource name."""
        self.program(program)
        steps = json.loads(
            self.pulumi("preview", "--json", "--show-sames", "--show-replacement-steps")
        )["steps"]
        planned: dict[str, list[str]] = {}
        for step in steps:
            planned.setdefault(step["urn"].split("::")[-1], []).append(step["op"])
        return planned

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets in clear."""
        shown = self.pulumi("stack", "output", "--json", "--show-secrets")
        found: dict[str, Any] = json.loads(shown)
        return found

    def state(self) -> str:
        """Return the state file as it lies on the disk."""
        (file,) = (self.folder.parent / "state").rglob(f"{STACK}.json")
        return file.read_text()

    def processes(self) -> dict[int, str]:
        """Return the command lines of the running processes that work for this project."""
        mark = f"PULUMI_BACKEND_URL=file://{self.folder.parent / 'state'}\0".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes():
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(folder.name)] = line
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def no_process_within(self, seconds: float) -> bool:
        """Whether all processes of this project end within so many seconds."""
        deadline = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True
