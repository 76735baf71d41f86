"""Which Docker Engine is meant: by the same rules as the `docker` command, one answer for all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

SOCKET = "/var/run/docker.sock"
USUAL = f"unix://{SOCKET}"


def address(variables: Mapping[str, str]) -> str:
    """Return the engine's address, as DOCKER_HOST is written.

    DOCKER_HOST wins, then the context that DOCKER_CONTEXT or `docker context use` names, then the
    usual socket (docs.docker.com/engine/manage-resources/contexts). A context that cannot be read
    is passed over: the engine at the usual socket is then the one that is asked, and named.
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
    return _read(folder / "contexts" / "meta" / digest / "meta.json", "Endpoints", "docker", "Host")


def _read(file: Path, *keys: str) -> str | None:
    try:
        found = json.loads(file.read_text())
        for key in keys:
            found = found[key]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(found)
