"""Pulling an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker.errors


class PullFailed(docker.errors.DockerException):
    """A registry did not give an image; the message holds what it said."""


def pull(api: Any, name: str, platform: str | None, log: Callable[[str], None]) -> None:
    """Pull an image, telling how far it is. Raises PullFailed."""
    for piece in api.pull(name, platform=platform, stream=True, decode=True):
        # The engine tells of an error within an answer that began as a success.
        if "error" in piece:
            raise PullFailed(f"image {name} could not be pulled: {piece['error']}")
        told = (piece.get("id"), piece.get("status"), piece.get("progress"))
        log(" ".join(str(each) for each in told if each))
