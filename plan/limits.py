"""Limits and health checks: the catalog's or the stack's defaults with a service's overrides."""

from __future__ import annotations

from dataclasses import replace

from catalog import Limits
from settings import HealthOverride, HealthSettings, LimitsOverride

from .container import HealthCheck


def limits(default: Limits, override: LimitsOverride | None) -> Limits:
    """Return the limits with what the stack overrides."""
    given = override.model_dump(exclude_none=True) if override else {}
    return replace(default, **given)


def health_check(
    command: tuple[str, ...], default: HealthSettings, override: HealthOverride | None
) -> HealthCheck:
    """Return the health check; command runs inside the container."""
    given = override.model_dump(exclude_none=True) if override else {}
    values = default.model_dump(exclude={"gate_timeout_seconds", "job_timeout_seconds"}) | given
    return HealthCheck(command=command, **values)
