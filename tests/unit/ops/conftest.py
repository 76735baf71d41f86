"""A project of its own: the files of this one, an empty state, a Pulumi that notes its calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops import engine

ROOT = Path(__file__).resolve().parents[3]
LINKED = ("Pulumi.yaml", "images", "services", "stacks")
_PULUMI = """\
#!/bin/sh
echo "$@" >>"$0.calls"
name=$(echo "$1-$2" | tr -d / | tr ' ' -)
[ -f "$0.$name.out" ] && cat "$0.$name.out"
[ -f "$0.$1.out" ] && cat "$0.$1.out"
[ -f "$0.$1.code" ] && exit "$(cat "$0.$1.code")"
exit 0
"""


@dataclass(frozen=True)
class Sandbox:
    """A project in a temporary folder."""

    root: Path

    @property
    def pulumi(self) -> Path:
        return self.root / ".state" / "bin" / "pulumi"

    def calls(self) -> list[str]:
        """The arguments of each call of Pulumi."""
        file = self.pulumi.with_name("pulumi.calls")
        return file.read_text().splitlines() if file.exists() else []

    def fails(self, command: str, code: int) -> None:
        """Make a command of Pulumi end with a code."""
        self.pulumi.with_name(f"pulumi.{command}.code").write_text(str(code))

    def prints(self, command: str, value: object) -> None:
        """Make a command of Pulumi, such as stack-output, print a value as JSON."""
        self.pulumi.with_name(f"pulumi.{command}.out").write_text(json.dumps(value))

    def checkpoint(self, stack: str, latest: object) -> Path:
        """Write a state as the file backend does."""
        path = self.root / ".state" / ".pulumi" / "stacks" / "pyairtable" / f"{stack}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"version": 3, "checkpoint": {"stack": stack, "latest": latest}}
        path.write_text(json.dumps(content))
        return path

    def lock(self, stack: str, **content: object) -> Path:
        """Write a lock as the file backend does."""
        folder = self.root / ".state" / ".pulumi" / "locks" / "organization" / "pyairtable" / stack
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{len(list(folder.iterdir()))}.json"
        path.write_text(json.dumps(content))
        return path


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    made = Sandbox(tmp_path)
    made.pulumi.parent.mkdir(parents=True)
    made.pulumi.write_text(_PULUMI)
    made.pulumi.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for name in ("STACK", "PULUMI_BACKEND_URL", "PYAIRTABLE_STATE_COPIED", "PULUMI_HOME"):
        monkeypatch.delenv(name, raising=False)
    made.prints("stack-output", {})
    forget = engine.client.cache_clear
    forget()
    yield made
    forget()
