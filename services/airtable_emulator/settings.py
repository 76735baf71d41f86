"""What the emulator is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, UsesPostgres
from pydantic import Field


class Settings(UsesPostgres):
    """Settings of the emulator.

    airtable_token_file: holds the bearer token that it accepts.
    requests_per_second: for each base, 0 for no limit. penalty_seconds: how long a
    base is refused after one request too many; Airtable takes 30.
    """

    port: int = Field(8090, ge=1, le=65535)
    airtable_token_file: SecretFile
    requests_per_second: int = Field(5, ge=0)
    penalty_seconds: float = Field(30.0, ge=0)
