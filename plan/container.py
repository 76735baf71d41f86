"""A container as a stack wants it: plain data that a component turns into a resource."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from catalog import Limits, Network

_STRICT = ConfigDict(extra="forbid")
CPU_SHARES_PER_CORE = 1024
# Of a new version that has no traffic yet: it starts on what the others leave over.
WAITING_CPU_SHARES = 32


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class HealthCheck:
    """How the engine watches a container. Durations in seconds."""

    command: tuple[str, ...]
    interval_seconds: int
    timeout_seconds: int
    retries: int
    start_period_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Attachment:
    """A network that a container is on, and the DNS names that it has there."""

    network: Network
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class SecretFile:
    """A secret in a container: file below /run/secrets, secret by its name in the stack.

    generation: which value of the secret; each rotation makes the next one.
    """

    file: str
    secret: str
    generation: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Mount:
    """A named volume of the stack in a container."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class PublishedPort:
    """A port of the container on an address of the host."""

    internal: int
    external: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Container:
    """What runs in one container.

    name: its name inside the stack. image: reference; built: name of our image, if it is ours.
    user: uid:gid. tmpfs: writable paths in memory. files: rendered configuration by path.
    """

    name: str
    image: str
    built: str | None = None
    user: str
    limits: Limits
    networks: tuple[Attachment, ...]
    health: HealthCheck | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[SecretFile, ...] = ()
    mounts: tuple[Mount, ...] = ()
    tmpfs: tuple[str, ...] = ("/tmp",)
    ports: tuple[PublishedPort, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    stop_grace_seconds: int = 35

    @property
    def cpu_shares(self) -> int:
        """Its share of the processors while they are scarce, in the engine's unit."""
        return int(self.limits.reserved_cpus * CPU_SHARES_PER_CORE)

    @property
    def digest(self) -> str:
        """Hash over everything that makes this container what it is."""
        plain = CONTAINER.dump_python(self, mode="json")
        for each in plain["secrets"]:
            # Containers of before there were generations keep their digests.
            if each["generation"] == 1:
                del each["generation"]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]


CONTAINER: TypeAdapter[Container] = TypeAdapter(Container)
