"""Which outside hosts can be reached: asked quickly, once."""

from __future__ import annotations

import json
import socket
import ssl
import time
from pathlib import Path

PULUMI, DOCKER_HUB = "get.pulumi.com", "registry-1.docker.io"
TIMEOUT_SECONDS = 2.0
REMEMBERED_SECONDS = 600.0


def reachable(host: str, cache: Path) -> bool:
    """Whether TLS to a host works within 2 s; the answer is remembered for 10 minutes."""
    file = cache / "reachable.json"
    known = _known(file)
    answer = known.get(host)
    if answer is not None and time.time() - answer[0] < REMEMBERED_SECONDS:
        return bool(answer[1])
    found = _asked(host)
    known[host] = (time.time(), found)
    cache.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known))
    return found


def _known(file: Path) -> dict[str, tuple[float, bool]]:
    try:
        found: dict[str, tuple[float, bool]] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _asked(host: str) -> bool:
    try:
        with (
            socket.create_connection((host, 443), TIMEOUT_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host),
        ):
            return True
    except OSError:
        return False
