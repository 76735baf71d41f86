"""Copies of the stack's state, made before every change."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .backend import checkpoint, folder
from .environment import environment
from .exits import Exit, Stopped

KEPT = 10
# Seconds between the attempts to read a state that is being written.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
# Set once a run has its copy: platformctl makes it, and the program that it starts does not.
DONE = "PYAIRTABLE_STATE_COPIED"
_STACK = "pulumi:pulumi:Stack"
# The key by which the engine marks what it has encrypted (sdk/go/common/resource/sig).
_SECRET = "4dabf18193072939515e22adb298388d"


def copies(root: Path, stack: str) -> list[Path]:
    """Return the copies of a stack's state, oldest first."""
    return sorted((root / ".state" / "backups" / stack).glob("*.json"))


def copy_before_up(root: Path, stack: str) -> Path | None:
    """Copy the stack's state to .state/backups/<stack>/<UTC>.json and return the newest copy.

    The form is that of `pulumi stack export`; `pulumi stack import --file` takes it back.
    A state equal to the newest copy is not copied again. The last KEPT are kept. None where
    there is no state yet, or where this run has made its copy already. Raises Stopped when
    the state cannot be read.
    """
    if os.environ.get(DONE) == stack:
        return None
    state = _exported(root, stack)
    if state is None:
        return None
    kept = copies(root, stack)
    if kept and kept[-1].read_text() == state:
        return kept[-1]
    made = _write(root / ".state" / "backups" / stack, state)
    for old in copies(root, stack)[:-KEPT]:
        old.unlink(missing_ok=True)
    return made


def exists(root: Path, stack: str) -> bool | None:
    """Tell whether the stack was initialised; None where only the backend can tell."""
    path = checkpoint(root, stack)
    return None if path is None else path.exists()


def outputs(root: Path, stack: str) -> dict[str, Any] | None:
    """Return a stack's outputs from the state's own file, ten times as quick as the engine.

    None where only the engine can tell: the backend is no folder, there is no such stack in it,
    or one of the outputs is a secret.
    """
    path = checkpoint(root, stack)
    if path is None or not path.exists():
        return None
    try:
        resources = (_whole(path)["checkpoint"].get("latest") or {}).get("resources") or []
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    stacks = (each for each in resources if isinstance(each, dict) and each.get("type") == _STACK)
    found: dict[str, Any] | None = next((each.get("outputs") or {} for each in stacks), None)
    return None if _SECRET in json.dumps(found) else found


def _exported(root: Path, stack: str) -> str | None:
    path = checkpoint(root, stack)
    if path is None:
        return _export(root, stack)
    if not path.exists():
        return None
    try:
        content = _whole(path)
        latest = content["checkpoint"].get("latest")
        version = content["version"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Stopped(Exit.FAILED, _unreadable(root, stack, path)) from error
    if latest is None:
        return None
    return json.dumps({"version": version, "deployment": latest}, indent=1)


def _whole(path: Path) -> Any:
    """Read a file that an engine may be writing just now: it does so in place."""
    for pause in _PAUSES:
        try:
            return json.loads(path.read_text())
        except ValueError:
            time.sleep(pause)
    return json.loads(path.read_text())


def _export(root: Path, stack: str) -> str | None:
    asked = subprocess.run(
        ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"],
        cwd=root,
        env={**os.environ, **environment(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode == 0:
        return asked.stdout
    raise Stopped(
        Exit.FAILED,
        f"The state of stack {stack} could not be copied, and nothing was touched. Pulumi said: "
        f"{asked.stderr.strip()}",
    )


def _write(target: Path, state: str) -> Path:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = target / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ.json")
    half = made.with_suffix(".part")
    with open(half, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(state)
    half.replace(made)
    return made


def _unreadable(root: Path, stack: str, path: Path) -> str:
    kept = copies(root, stack)
    base = folder(root) or root
    newest = f"The newest copy is {kept[-1].relative_to(root)}. " if kept else ""
    return (
        f"The state of stack {stack}, {path.relative_to(base)} in {base.name}, cannot be read: "
        f"it is damaged. Nothing was touched. {newest}Put Pulumi's own {path.name}.bak beside it "
        "in its place, then run the same command again."
    )
