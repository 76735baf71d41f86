"""Where Pulumi keeps the state."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from plan.names import PROJECT

from .environment import environment


def folder(root: Path) -> Path | None:
    """Return the folder of the file backend; None where the state is kept elsewhere."""
    url = environment(root)["PULUMI_BACKEND_URL"]
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    path = Path(unquote(parts.netloc + parts.path)).expanduser()
    return path if path.is_absolute() else root / path


def checkpoint(root: Path, stack: str) -> Path | None:
    """Return the file that holds a stack's state; None where the backend is no folder."""
    base = folder(root)
    return None if base is None else base / ".pulumi" / "stacks" / PROJECT / f"{stack}.json"
