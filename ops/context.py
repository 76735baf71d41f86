"""What every command works on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import docker
from docker.errors import DockerException

import settings
from plan.deployment import Deployment
from plan.names import Names
from plan.resolve import resolve

from .exits import NO_ENGINE, WRONG, Stop
from .pulumi import Pulumi

ROOT = Path(__file__).resolve().parents[1]
HOST = "unix:///var/run/docker.sock"


@dataclass
class Context:
    """One stack of the project."""

    stack: str
    root: Path = ROOT

    @cached_property
    def pulumi(self) -> Pulumi:
        """The Pulumi command line."""
        return Pulumi(self.root, self.stack)

    @cached_property
    def names(self) -> Names:
        """The names of the stack's objects."""
        return Names(self.stack)

    @cached_property
    def settings(self) -> settings.StackSettings:
        """The stack's settings. Raises Stop with all that is wrong with them."""
        try:
            return settings.from_cli(self.stack, self.root)
        except settings.SettingsError as error:
            raise Stop(str(error), WRONG) from None

    @cached_property
    def deployment(self) -> Deployment:
        """What the stack comes to."""
        return resolve(self.settings, self.stack, self.root)

    @cached_property
    def engine(self) -> docker.DockerClient:
        """The Docker Engine. Raises Stop when none answers."""
        address = os.environ.get("DOCKER_HOST", HOST)
        try:
            return docker.DockerClient(base_url=address, version="auto", timeout=120)
        except DockerException as error:
            raise Stop(
                f"No Docker Engine answers at {address}; nothing was touched. `make setup` "
                "installs and starts one where it may; `make preview` works without. The client "
                f"said: {error}",
                NO_ENGINE,
            ) from error

    @cached_property
    def slots(self) -> dict[str, str]:
        """The slot of each service in the last release."""
        services = self.pulumi.outputs().get("services") or {}
        return {name: each["slot"] for name, each in services.items()}
