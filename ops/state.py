"""Copies of the state, made before each update."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

KEPT = 10


def copy(root: Path, stack: str) -> Path | None:
    """Copy the stack's state aside and keep the last 10 copies; return the copy.

    The state is encrypted where it holds secrets, so the copy is too. Other backends than
    the file backend keep histories of their own.
    """
    source = checkpoint(root, stack)
    if source is None:
        return None
    folder = root / ".state" / "backups" / stack
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.json"
    shutil.copy2(source, target)
    for old in sorted(folder.glob("*.json"))[:-KEPT]:
        old.unlink()
    return target


def checkpoint(root: Path, stack: str) -> Path | None:
    """Return the file that holds the stack's state, None where there is none."""
    url = os.environ.get("PULUMI_BACKEND_URL", f"file://{root / '.state'}")
    if not url.startswith("file://"):
        return None
    base = Path(url.removeprefix("file://").split("?")[0])
    file = base / ".pulumi" / "stacks" / "pyairtable" / f"{stack}.json"
    return file if file.exists() else None
