"""Site: the foundations of a stack, on which everything else is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from catalog import Network
from plan.names import Names

from .overdue import Overdue
from .recorder import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What phase 0 made.

    images: our images by name. secrets: values by name and generation, as secret outputs.
    files_after: what the jobs that write files wait for; for no phase, so that they cost none
    any time, but for the stores, whose start they would hold up.
    address: of the Docker Engine. gate_timeout_seconds: how long a gate waits. recorder: of
    what the gates took. overdue: ends the jobs that take too long.
    """

    names: Names
    address: str
    gate_timeout_seconds: int
    networks: Mapping[Network, docker.Network]
    images: Mapping[str, docker.RemoteImage]
    secrets: Mapping[tuple[str, int], pulumi.Output[str]]
    recorder: Recorder
    overdue: Overdue
    files_after: Sequence[pulumi.Input[pulumi.Resource]] = ()
