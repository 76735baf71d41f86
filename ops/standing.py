"""What stands on the engine: which slots could take traffic, which images are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import ImageNotFound

from .project import Project
from .traffic import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The engine and the router of a stack, as they were a moment ago."""

    engine: docker.DockerClient
    router: Router
    services: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @classmethod
    def of(cls, project: Project) -> Standing:
        """Ask the router. Raises Stopped when it does not answer."""
        router = Router(project.engine, project.names)
        return cls(engine=project.engine, router=router, services=router.look()["services"])

    def well(self, service: str, slot: str) -> bool:
        """Whether the router finds a slot ready to answer."""
        found = self.services.get(service, {}).get(slot)
        return found is not None and str(found["state"]).startswith("UP")

    def has_image(self, reference: str) -> bool:
        """Whether the engine has an image."""
        try:
            self.engine.images.get(reference)
        except ImageNotFound:
            return False
        return True
