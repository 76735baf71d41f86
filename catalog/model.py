"""The words of the catalog: what a service, a store and a secret are.

Plain frozen data; imports nothing of Pulumi. Units are in the names:
MiB for memory, CPU cores for CPUs, seconds for durations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Phase(StrEnum):
    """The start-up phases, in the order in which they run."""

    FOUNDATIONS = "foundations"
    INFRASTRUCTURE = "infrastructure"
    SCHEMA = "schema"
    CORE = "core"
    IDENTITY = "identity"
    BUSINESS = "business"
    ENTRY = "entry"
    VALIDATION = "validation"


class Network(StrEnum):
    """The networks of a stack. All but EDGE and EGRESS have no way out."""

    EDGE = "edge"
    APP = "app"
    EGRESS = "egress"
    DATA = "data"
    OBSERVABILITY = "observability"

    @property
    def internal(self) -> bool:
        """Whether the network has no route to the outside."""
        return self not in (Network.EDGE, Network.EGRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a container may use at most, and what is reserved for it."""

    cpus: float = 0.5
    memory_mib: int = 512
    reserved_cpus: float = 0.25
    reserved_memory_mib: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret of the platform.

    random_bytes: entropy of the generated value in bytes; None when the value
    comes from the stack's configuration under config_key.
    """

    name: str
    random_bytes: int | None = None
    config_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of the platform, known by its contract only.

    name: its DNS name inside the platform. port: where it listens.
    image: name of our image (a key of catalog.images.IMAGES), None when we have none.
    needs: services of the same phase that must be healthy before it starts.
    calls: services that it sends requests to; each becomes a `<NAME>_URL` variable.
    secrets: names of shared secrets that it reads as files.
    answer_seconds: for so long its callers wait at most until its answer begins; by default
    half a minute, and ten more minutes for a body that is passed on while it arrives.
    public_port: setting of `entry` that names its published port, if it has one.
    stands_in_for: the stack secret in whose absence this emulator is deployed.
    """

    name: str
    summary: str
    port: int
    phase: Phase
    image: str | None
    limits: Limits = Limits()
    needs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    postgres: bool = False
    redis: bool = False
    egress: bool = False
    secrets: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    health_path: str = "/health"
    ready_path: str = "/ready"
    public_port: str | None = None
    answer_seconds: int = 630
    optional: bool = False
    stands_in_for: str | None = None

    @property
    def postgres_role(self) -> str:
        """Its login role in PostgreSQL."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A stateful store: one container with its data on a named volume.

    health_command: run inside the container; exit code 0 means healthy.
    data_path: where the volume is mounted. tmpfs: writable paths in memory.
    """

    name: str
    summary: str
    port: int
    image: str
    user: str
    data_path: str
    health_command: tuple[str, ...]
    limits: Limits
    tmpfs: tuple[str, ...] = ()
    stop_grace_seconds: int = 30
    phase: Phase = Phase.INFRASTRUCTURE
