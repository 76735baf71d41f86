"""Section `health`, and its overrides for one service."""

from __future__ import annotations

from pydantic import Field

from .base import Section


class HealthSettings(Section):
    """How the engine and the start-up gates watch containers. Durations in seconds."""

    interval_seconds: int = Field(30, ge=1, le=3600, description="Time between two checks.")
    timeout_seconds: int = Field(10, ge=1, le=600, description="Time that one check may take.")
    retries: int = Field(3, ge=1, le=100, description="Failed checks in a row until unhealthy.")
    start_period_seconds: int = Field(
        40, ge=0, le=3600, description="Time after a start in which failed checks do not count."
    )
    gate_timeout_seconds: int = Field(
        120, ge=1, le=3600, description="How long a start-up gate waits for a container."
    )
    job_timeout_seconds: int = Field(
        900, ge=1, le=86400, description="How long a job may run, such as a dump or a migration."
    )


class HealthOverride(Section):
    """What one service does differently."""

    interval_seconds: int | None = Field(None, ge=1, le=3600, description="Time between checks.")
    timeout_seconds: int | None = Field(None, ge=1, le=600, description="Time of one check.")
    retries: int | None = Field(None, ge=1, le=100, description="Failed checks until unhealthy.")
    start_period_seconds: int | None = Field(
        None, ge=0, le=3600, description="Time in which failed checks do not count."
    )
