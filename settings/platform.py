"""Section `platform`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Section

Environment = Literal["development", "test", "staging", "production"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class PlatformSettings(Section):
    """What kind of environment this is."""

    environment: Environment = Field(
        "development", description="Kind of environment; `production` refuses what is unsafe there."
    )
    log_level: LogLevel = Field("INFO", description="Log level of all services.")
    runtime: Literal["docker"] = Field("docker", description="What runs the containers.")
