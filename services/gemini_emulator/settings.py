"""What the emulator is told by its environment."""

from __future__ import annotations

from pathlib import Path

from pyairtable_shared.settings import ServiceSettings, accepted_secrets
from pydantic import Field


class Settings(ServiceSettings):
    """Settings of the emulator.

    gemini_api_key_file: the only key that it accepts; without it, any key will do.
    token_delay: seconds between two parts of a streamed answer.
    """

    port: int = Field(8091, ge=1, le=65535)
    gemini_api_key_file: Path | None = None
    token_delay: float = Field(0.0, ge=0, le=10)

    @property
    def expected_keys(self) -> tuple[str, ...] | None:
        """The keys that are accepted, two while the key is changed; None for any."""
        return accepted_secrets(self.gemini_api_key_file) if self.gemini_api_key_file else None
