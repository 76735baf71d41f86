"""What the measurements of releases do with the deployment, as a user would."""

from __future__ import annotations

import json
from typing import Any

from tests.engine.platform.project import Project

SERVICE = "auth-service"


def platformctl(project: Project, *arguments: str) -> None:
    """Run a command of platformctl that must succeed."""
    project.run("python", "-m", "ops.cli", *arguments, "--stack", project.stack, check=True)


def release(project: Project) -> dict[str, Any]:
    """Return the record of the release that runs."""
    found: Any = project.outputs()["release"]
    return dict(found)


def live(project: Project, service: str = SERVICE) -> dict[str, str]:
    """Return image and slot of a service that serves."""
    services: Any = project.outputs()["services"]
    return dict(services[service])


def weights(project: Project, service: str = SERVICE) -> dict[str, int]:
    """Return the share of each slot of a service, as the router has it."""
    shown: Any = project.containers()["router"].exec_run(["/usr/local/bin/traffic"]).output
    slots = json.loads(shown)["services"][service]
    return {name: each["weight"] for name, each in slots.items()}
