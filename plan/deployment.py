"""What a stack comes to, resolved: the input of the components and of ops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog import Phase, Secret, Service, Store
from settings import ReleaseSettings

from .container import Container
from .generation import Generation
from .names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedStore:
    """A store, its container and the fate of its data volume."""

    store: Store
    container: Container
    protect: bool
    retain_on_delete: bool

    @property
    def takes_secrets(self) -> bool:
        """Whether it takes changed secrets while it runs, as our images do."""
        return self.container.built is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedService:
    """A service and the container that either of its slots is to run."""

    service: Service
    container: Container


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that one stack deploys.

    images: full references of our images by name, parents first. secrets: every secret in use by
    name; stores' logins included. absent: services of the catalog that are not deployed, each with
    the reason. gate_timeout_seconds: how long a start-up gate waits, job_timeout_seconds: how long
    a job may run. release: how traffic moves. allow_downtime: whether an update may interrupt the
    service unasked. generations: of the rotated secrets.
    """

    names: Names
    images: Mapping[str, str]
    secrets: Mapping[str, Secret]
    stores: tuple[DeployedStore, ...]
    backup: Container
    migrations: Container
    services: tuple[DeployedService, ...]
    router: Container
    absent: Mapping[str, str]
    gate_timeout_seconds: int
    job_timeout_seconds: int
    release: ReleaseSettings
    allow_downtime: bool = True
    generations: Mapping[str, Generation] = field(default_factory=dict)

    def in_phase(self, phase: Phase) -> tuple[DeployedService, ...]:
        """Return the services that start in a phase."""
        return tuple(each for each in self.services if each.service.phase is phase)
