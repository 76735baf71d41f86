"""What platform-services is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, UsesStores
from pydantic import Field


class Settings(UsesStores):
    """Settings of platform-services.

    retention_days: how long single events and metrics are kept; roll-ups stay two years.
    rollup_seconds: pause between two looks for days to roll up. usage_seconds: the same for what
    the services have noted of their users' use.
    """

    port: int = Field(8007, ge=1, le=65535)
    api_key_file: SecretFile
    jwt_secret_file: SecretFile
    retention_days: int = Field(90, ge=2, le=730)
    rollup_seconds: float = Field(60.0, ge=0.05, le=3600)
    usage_seconds: float = Field(5.0, ge=0.05, le=3600)
