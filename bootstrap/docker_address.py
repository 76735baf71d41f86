"""Which Docker Engine is meant: by the same rules as the `docker` command, one answer for all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

SOCKET = "/var/run/docker.sock"
USUAL = f"unix://{SOCKET}"


class ContextError(Exception):
    """A context is named that is not there; the message says what to do."""


def address(variables: Mapping[str, str]) -> str:
    """Return the engine's address, as DOCKER_HOST is written.

    DOCKER_HOST wins, then the context that DOCKER_CONTEXT or `docker context use` names, then the
    usual socket (docs.docker.com/engine/manage-resources/contexts). Raises ContextError when the
    context is not there: another engine than the one that is meant must not be touched.
    """
    return variables.get("DOCKER_HOST") or _of_context(variables) or USUAL


def _of_context(variables: Mapping[str, str]) -> str | None:
    home = Path(variables.get("HOME") or Path.home())
    folder = Path(variables.get("DOCKER_CONFIG") or home / ".docker")
    name = variables.get("DOCKER_CONTEXT") or _read(folder / "config.json", "currentContext")
    if name in (None, "", "default"):
        return None
    # The store of contexts names each folder by the digest of the context's name.
    digest = hashlib.sha256(str(name).encode()).hexdigest()
    meta = folder / "contexts" / "meta" / digest / "meta.json"
    found = _read(meta, "Endpoints", "docker", "Host")
    if found is None:
        raise ContextError(
            f"The Docker context {name} is chosen (by DOCKER_CONTEXT or `docker context use`), and "
            f"there is none of that name in {folder}. `docker context ls` shows those that there "
            "are. Choose one of them, or `docker context use default`, and run the same command "
            "again. Nothing was touched."
        )
    return found


def _read(file: Path, *keys: str) -> str | None:
    try:
        found = json.loads(file.read_text())
        for key in keys:
            found = found[key]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(found)
