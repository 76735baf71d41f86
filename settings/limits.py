"""Overrides of the catalog's limits."""

from __future__ import annotations

from pydantic import Field

from .base import Section


class LimitsOverride(Section):
    """What differs from the catalog's limits. Memory in MiB, CPUs in cores."""

    cpus: float | None = Field(None, gt=0, le=256, description="CPU cores at most.")
    memory_mib: int | None = Field(
        None, alias="memoryMiB", ge=16, description="Memory at most, in MiB."
    )
    reserved_cpus: float | None = Field(None, ge=0, le=256, description="CPU cores reserved.")
    reserved_memory_mib: int | None = Field(
        None, alias="reservedMemoryMiB", ge=0, description="Memory reserved, in MiB."
    )
