"""What stands on the engine: which slots could take traffic, which images are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import docker
from docker.errors import APIError, ImageNotFound

from .project import Project
from .traffic import Router, up


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The engine and the router of a stack, as they were a moment ago.

    images: whether these can be had, as far as it was asked.
    """

    engine: docker.DockerClient
    router: Router
    services: Mapping[str, Mapping[str, Mapping[str, Any]]]
    images: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Standing:
        """Ask the router. Raises Stopped when it does not answer."""
        router = Router(project.engine, project.names)
        return cls(engine=project.engine, router=router, services=router.look()["services"])

    def well(self, service: str, slot: str) -> bool:
        """Whether the router finds a slot ready to answer."""
        found = self.services.get(service, {}).get(slot)
        return found is not None and up(found)

    def has_image(self, reference: str, ours: bool) -> bool:
        """Whether the engine has an image, or can pull it when it is not one of ours."""
        if reference not in self.images:
            self.images[reference] = self._has(reference) or (not ours and self._pulls(reference))
        return self.images[reference]

    def _has(self, reference: str) -> bool:
        try:
            self.engine.images.get(reference)
        except ImageNotFound:
            return False
        return True

    def _pulls(self, reference: str) -> bool:
        """Whether the engine finds an image in its registry."""
        try:
            self.engine.images.get_registry_data(reference)
        except APIError:
            return False
        return True
