"""What workspace-service is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, UsesPostgres
from pydantic import Field


class Settings(UsesPostgres):
    """Settings of workspace-service: PostgreSQL, and the key of services."""

    port: int = Field(8004, ge=1, le=65535)
    api_key_file: SecretFile
