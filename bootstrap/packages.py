"""Packages of Debian and Ubuntu."""

from __future__ import annotations

import os
from pathlib import Path

from .commands import run
from .setup import cache_folder


def os_release() -> dict[str, str]:
    """Return what the system says of itself."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip('"') for key, value in pairs}


def is_debian() -> bool:
    """Whether apt installs packages here."""
    found = os_release()
    return "debian" in (found.get("ID", ""), *found.get("ID_LIKE", "").split())


def apt_install(*packages: str) -> None:
    """Install packages without what they merely recommend. Raises SetupError."""
    log = cache_folder() / "logs" / "apt.log"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update"], log, "reading the package lists", env=env)
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    run(command, log, f"installing {', '.join(packages)}", env=env)
