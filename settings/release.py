"""Section `release`: how traffic moves to a new version, and when it goes back by itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from .base import Section


def _ascending(steps: tuple[int, ...]) -> tuple[int, ...]:
    if not steps or steps[-1] != 100 or list(steps) != sorted(set(steps)) or steps[0] < 1:
        raise ValueError("are to be percentages that rise and end with 100, such as [10, 50, 100]")
    return steps


class ReleaseSettings(Section):
    """How a new version of a service gets its traffic. Durations in seconds."""

    steps: Annotated[tuple[int, ...], AfterValidator(_ascending)] = Field(
        (10, 50, 100), description="Share of the traffic on the new version at each step, percent."
    )
    pause_seconds: int = Field(
        30, ge=0, le=3600, description="How long a step before the last one is watched."
    )
    guard_seconds: int = Field(
        60, ge=0, le=3600, description="How long the new version is watched with all traffic."
    )
    max_error_rate: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of failed requests (5xx, broken connections) that aborts the release.",
    )
    max_p99_milliseconds: int = Field(
        2000,
        ge=1,
        le=600_000,
        description="99th percentile of the answering time that aborts the release, unless the "
        "old version is as slow.",
    )
    min_requests: int = Field(
        20,
        ge=1,
        le=100_000,
        description="Requests that a slot is judged by; with fewer at a step it is probed.",
    )
    drain_seconds: int = Field(
        30,
        ge=0,
        le=3600,
        description="How long requests may take to end before the slot they are in is replaced.",
    )
    kept_releases: int = Field(
        10, ge=2, le=100, description="Releases that are kept, with their images."
    )
    allow_downtime: bool = Field(
        False,
        description="Allows changes that interrupt the service in production: of a store or the "
        "router.",
    )
